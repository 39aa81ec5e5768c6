// y[i] = x[i] · Φ(x[i]), Φ being the normal distribution, or its approximation by tanh.
// One invocation per quad.
//#import error-function
//#import tangent
//#import linear-index
const QUADS: u32 = 1;
const APPROXIMATE: u32 = 0;

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>, QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let value = x[index];
  if (APPROXIMATE == 1u) {
    y[index] = 0.5 * value * (1.0 + tangent(0.7978845608 * (value + 0.044715 * value * value * value)));
  } else {
    y[index] = 0.5 * value * (1.0 + errorFunction(value * 0.7071067812));
  }
}
