// y[i] = x[i] as another type of number; a real number loses its fraction.
// One invocation per quad.
//#import linear-index
const Y_QUADS: u32 = 1;
alias From = f32;
alias To = i32;

@group(0) @binding(1) var<storage, read> x: array<vec4<From>, Y_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<To>, Y_QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= Y_QUADS) {
    return;
  }
  y[index] = vec4<To>(x[index]);
}
