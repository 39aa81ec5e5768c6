// y[i] = the number of the float16 x[i]. One invocation per quad.
//#import linear-index
const QUADS: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<vec2<u32>, QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  y[index] = vec4<f32>(unpack2x16float(x[index].x), unpack2x16float(x[index].y));
}
