// y[i] = float32(scale · (x[i] − zeroPoint)), int8 or int32: the difference is an integer, so the product is the only rounding
// where it is a float32 number.
// One invocation per quad.
//#import linear-index
//#import values-int8
//#import exact-float
//#import quantization-entries
const QUADS: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<Quad, QUADS>;
@group(0) @binding(2) var<storage, read> scales: array<f32, ENTRIES>;
@group(0) @binding(3) var<storage, read> zeroPoints: array<i32, ENTRIES>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let entries = entriesOf(index);
  let scale = vec4<f32>(scales[entries.x], scales[entries.y], scales[entries.z], scales[entries.w]);
  let zeroPoint = vec4<i32>(zeroPoints[entries.x], zeroPoints[entries.y], zeroPoints[entries.z], zeroPoints[entries.w]);
  y[index] = nearestFloat(unpackQuad(x[index]) - zeroPoint) * scale;
}
