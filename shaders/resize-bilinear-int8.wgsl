// y = round((the four pixels of x around a place, blended by shares in 1024ths) / 2²⁰) on int8 codes.
// One invocation per quad of the output.
//#import linear-index
//#import codes
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const ROW_QUADS: u32 = 1;
const IN_HEIGHT: u32 = 1;
const IN_WIDTH: u32 = 1;
const HEIGHT: u32 = 1;
const WIDTH: u32 = 1;
const BLENDS: u32 = 2;
const ROUNDS_UP: u32 = 0;

@group(0) @binding(1) var<storage, read> x: array<u32, X_QUADS>;
// For every row and then every column of the output: two of the input, and the share of the second.
@group(0) @binding(2) var<storage, read> blends: array<vec4<u32>, BLENDS>;
@group(0) @binding(3) var<storage, read_write> y: array<u32, Y_QUADS>;

// Halves away from zero, or upwards for codes that were unsigned. Sums are below 2²⁸.
fn finish(sum: vec4<i32>) -> u32 {
  let isNegative = select(vec4<i32>(0), vec4<i32>(1), sum < vec4<i32>(0));
  let half = vec4<i32>(1 << 19u) - select(isNegative, vec4<i32>(0), ROUNDS_UP == 1u);
  return packCodes((sum + half) >> vec4<u32>(20u));
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
  let below = bitcast<i32>(rows.z);
  let right = bitcast<i32>(columns.z);
  let top = unpackCodes(x[(upper + columns.x) * ROW_QUADS + quad]) * (1024 - right) + unpackCodes(x[(upper + columns.y) * ROW_QUADS + quad]) * right;
  let bottom = unpackCodes(x[(lower + columns.x) * ROW_QUADS + quad]) * (1024 - right) + unpackCodes(x[(lower + columns.y) * ROW_QUADS + quad]) * right;
  y[index] = finish(top * (1024 - below) + bottom * below);
}
