// A kernel row of any width, stride and dilation: each tap of each pixel is loaded by itself.
fn accumulateRow(sums: ptr<function, RowSums>, line: Line, firstWeight: u32, offsets: Operand) {
  for (var kx = 0u; kx < KERNEL_WIDTH; kx++) {
    let w = weightOperand(weights[firstWeight + kx * QUADS]) - offsets;
    let column = i32(kx) * DILATION_X;
    (*sums).p0 += operandAt(line, column) * w;
    (*sums).p1 += operandAt(line, column + STRIDE_X) * w;
    (*sums).p2 += operandAt(line, column + 2 * STRIDE_X) * w;
    (*sums).p3 += operandAt(line, column + 3 * STRIDE_X) * w;
  }
}
