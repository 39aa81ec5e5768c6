// y[i] = float32(scale · (x[i] − zeroPoint)): the difference is exact, so there is one rounding.
// One invocation per quad.
//#import linear-index
//#import codes
const QUADS: u32 = 1;
const CHANNELS: u32 = 1;
// Scales and zero points: one, one per channel, or one per index of an outer axis of which each index spans AXIS_ROWS rows.
const SCALES: u32 = 1;
const PER_CHANNEL: u32 = 0;
const AXIS_ROWS: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<u32, QUADS>;
@group(0) @binding(2) var<storage, read> scales: array<f32, SCALES>;
@group(0) @binding(3) var<storage, read> zeroPoints: array<i32, SCALES>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let rowQuads = (CHANNELS + 3u) / 4u;
  var entries = vec4<u32>(index / rowQuads / AXIS_ROWS % SCALES);
  if (PER_CHANNEL == 1u) {
    // Lanes of the padding read the last channel's entry.
    entries = min(vec4<u32>(index % rowQuads * 4u) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(CHANNELS - 1u));
  }
  let scale = vec4<f32>(scales[entries.x], scales[entries.y], scales[entries.z], scales[entries.w]);
  let zeroPoint = vec4<i32>(zeroPoints[entries.x], zeroPoints[entries.y], zeroPoints[entries.z], zeroPoints[entries.w]);
  y[index] = vec4<f32>(unpackCodes(x[index]) - zeroPoint) * scale;
}
