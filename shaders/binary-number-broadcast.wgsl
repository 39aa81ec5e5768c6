// y[i] = clamp(combine(a[j], b[k]), low, high) on float32 or int32, j and k being the elements that broadcast to i.
// One invocation per quad of the result.
//#import linear-index
//#import broadcast
//#import clamp-float
//#import combine-sum
const A_QUADS: u32 = 1;
const B_QUADS: u32 = 1;
const QUADS: u32 = 1;
alias Number = f32;

@group(0) @binding(1) var<storage, read> a: array<vec4<Number>, A_QUADS>;
@group(0) @binding(2) var<storage, read> b: array<vec4<Number>, B_QUADS>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Number>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let at = operandQuads(index);
  let quadA = a[at.x];
  let quadB = b[at.y];
  let valuesA = select(quadA, quadA.xxxx, A_REPEATS_CHANNEL == 1u);
  let valuesB = select(quadB, quadB.xxxx, B_REPEATS_CHANNEL == 1u);
  y[index] = clampValues(combine(valuesA, valuesB));
}
