// y[n, r, c] = x[n, sources[r], sources[HEIGHT + c]]; int8, or any type of 32 bits.
// One invocation per quad of the output.
//#import linear-index
//#import quads-int8
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const ROW_QUADS: u32 = 1;
const IN_HEIGHT: u32 = 1;
const IN_WIDTH: u32 = 1;
const HEIGHT: u32 = 1;
const WIDTH: u32 = 1;
const SOURCES: u32 = 2;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read> sources: array<u32, SOURCES>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad, Y_QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= Y_QUADS) {
    return;
  }
  let pixel = index / ROW_QUADS;
  let line = pixel / WIDTH;
  let row = (line / HEIGHT) * IN_HEIGHT + sources[line % HEIGHT];
  let column = sources[HEIGHT + pixel % WIDTH];
  y[index] = x[(row * IN_WIDTH + column) * ROW_QUADS + index % ROW_QUADS];
}
