// y[i] = x[i] / (1 + e^(−x[i])).
// One invocation per quad.
//#import linear-index
const QUADS: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>, QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  // exp overflows float32 above 88.7, and a device need not have infinities; at −87 the result is already 10⁻³⁶.
  let exponent = clamp(-x[index], vec4<f32>(-87.0), vec4<f32>(87.0));
  y[index] = x[index] / (1.0 + exp(exponent));
}
