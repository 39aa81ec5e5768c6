// A kernel row of three adjacent taps, two columns apart for adjacent pixels: 9 columns serve 12 taps.
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
  let a6 = operandAt(line, 6);
  let a7 = operandAt(line, 7);
  let a8 = operandAt(line, 8);
  (*sums).p0 += a0 * w0 + a1 * w1 + a2 * w2;
  (*sums).p1 += a2 * w0 + a3 * w1 + a4 * w2;
  (*sums).p2 += a4 * w0 + a5 * w1 + a6 * w2;
  (*sums).p3 += a6 * w0 + a7 * w1 + a8 * w2;
}
