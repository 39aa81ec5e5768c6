// y[box] = center ∓ half its size, of the box that an encoding makes of an anchor: center = anchor's + d · size / scale,
// size = anchor's · exp(d / scale).
// One invocation per box.
//#import linear-index
const ANCHORS: u32 = 1;
const BOXES: u32 = 1;
const ROW_QUADS: u32 = 1;
const FROM_CORNERS: u32 = 0;
const SCALE_0: f32 = 1.0;
const SCALE_1: f32 = 1.0;
const SCALE_2: f32 = 1.0;
const SCALE_3: f32 = 1.0;

@group(0) @binding(1) var<storage, read> encodings: array<vec4<f32>, BOXES * ROW_QUADS>;
@group(0) @binding(2) var<storage, read> anchors: array<vec4<f32>, ANCHORS>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>, BOXES>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let box = linearIndex(workgroupId, localIndex);
  if (box >= BOXES) {
    return;
  }
  let encoding = encodings[box * ROW_QUADS] / vec4<f32>(SCALE_0, SCALE_1, SCALE_2, SCALE_3);
  var anchor = anchors[box % ANCHORS];
  if (FROM_CORNERS == 1u) {
    anchor = vec4<f32>((anchor.xy + anchor.zw) * 0.5, anchor.zw - anchor.xy);
  }
  let center = anchor.xy + encoding.xy * anchor.zw;
  let half = exp(encoding.zw) * anchor.zw * 0.5;
  y[box] = vec4<f32>(center - half, center + half);
}
