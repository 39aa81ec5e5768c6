// Any number of kernel rows.
const KERNEL_HEIGHT: u32 = 1;

fn accumulateRows(sums: ptr<function, RowSums>, position: Position, offsets: Operand) {
  for (var ky = 0u; ky < KERNEL_HEIGHT; ky++) {
    accumulateLine(sums, position, ky, offsets);
  }
}
