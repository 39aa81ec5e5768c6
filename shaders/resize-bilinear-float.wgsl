// y = the four pixels of x around a place, blended by their shares.
// One invocation per quad of the output.
//#import linear-index
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const ROW_QUADS: u32 = 1;
const IN_HEIGHT: u32 = 1;
const IN_WIDTH: u32 = 1;
const HEIGHT: u32 = 1;
const WIDTH: u32 = 1;
const BLENDS: u32 = 2;

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>, X_QUADS>;
// For every row and then every column of the output: two of the input, and the share of the second.
@group(0) @binding(2) var<storage, read> blends: array<vec4<u32>, BLENDS>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>, Y_QUADS>;

fn finish(sum: vec4<f32>) -> vec4<f32> {
  return sum;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= Y_QUADS) {
    return;
  }
  let pixel = index / ROW_QUADS;
  let quad = index % ROW_QUADS;
  let line = pixel / WIDTH;
  let rows = blends[line % HEIGHT];
  let columns = blends[HEIGHT + pixel % WIDTH];
  let upper = ((line / HEIGHT) * IN_HEIGHT + rows.x) * IN_WIDTH;
  let lower = ((line / HEIGHT) * IN_HEIGHT + rows.y) * IN_WIDTH;
  let below = bitcast<f32>(rows.z);
  let right = bitcast<f32>(columns.z);
  let top = x[(upper + columns.x) * ROW_QUADS + quad] * (1.0 - right) + x[(upper + columns.y) * ROW_QUADS + quad] * right;
  let bottom = x[(lower + columns.x) * ROW_QUADS + quad] * (1.0 - right) + x[(lower + columns.y) * ROW_QUADS + quad] * right;
  y[index] = finish(top * (1.0 - below) + bottom * below);
}
