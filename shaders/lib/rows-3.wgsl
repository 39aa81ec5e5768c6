// Three kernel rows, written out, because not every compiler unrolls loops.
fn accumulateRows(sums: ptr<function, RowSums>, position: Position, offsets: Operand) {
  accumulateLine(sums, position, 0u, offsets);
  accumulateLine(sums, position, 1u, offsets);
  accumulateLine(sums, position, 2u, offsets);
}
