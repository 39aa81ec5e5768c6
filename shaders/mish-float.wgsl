// y[i] = x[i] · tanh(ln(1 + e^x[i])).
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
  // tanh(ln(1 + e)) = (e² + 2e) / (e² + 2e + 2); above 20 it is 1 in float32.
  let e = exp(clamp(x[index], vec4<f32>(-87.0), vec4<f32>(20.0)));
  let square = e * (e + 2.0);
  y[index] = x[index] * (square / (square + 2.0));
}
