// y[i] = clamp(combine(a[i], b[i]), low, high) on float32 or int32 of one shape.
// One invocation per quad.
//#import linear-index
//#import clamp-float
//#import combine-sum
const QUADS: u32 = 1;
alias Number = f32;

@group(0) @binding(1) var<storage, read> a: array<vec4<Number>, QUADS>;
@group(0) @binding(2) var<storage, read> b: array<vec4<Number>, QUADS>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Number>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  y[index] = clampValues(combine(a[index], b[index]));
}
