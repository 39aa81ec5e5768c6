// A kernel row of three adjacent taps, next to each other for adjacent pixels: 6 columns serve 12 taps.
fn accumulateRow(sums: ptr<function, RowSums>, line: Line, firstWeight: u32, offsets: Operand) {
  let w0 = weightOperand(weights[firstWeight]) - offsets;
  let w1 = weightOperand(weights[firstWeight + QUADS]) - offsets;
  let w2 = weightOperand(weights[firstWeight + 2u * QUADS]) - offsets;
  let a0 = operandAt(line, 0);
  let a1 = operandAt(line, 1);
  let a2 = operandAt(line, 2);
  let a3 = operandAt(line, 3);
  let a4 = operandAt(line, 4);
  let a5 = operandAt(line, 5);
  (*sums).p0 += a0 * w0 + a1 * w1 + a2 * w2;
  (*sums).p1 += a1 * w0 + a2 * w1 + a3 * w2;
  (*sums).p2 += a2 * w0 + a3 * w1 + a4 * w2;
  (*sums).p3 += a3 * w0 + a4 * w1 + a5 * w2;
}
