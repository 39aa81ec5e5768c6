// The cells after the last step are an output.
@group(0) @binding(8) var<storage, read_write> lastCell: array<vec4<f32>, CELL_QUADS>;

fn keepCell(index: u32, cell: vec4<f32>) {
  lastCell[index] = cell;
}
