// Clamps the values, adds the residual, a tensor of the same shape, and clamps the sum.
//#import clamp-float
const ADD_CLAMP_LOW: f32 = -3.4028234663852886e38;
const ADD_CLAMP_HIGH: f32 = 3.4028234663852886e38;
@group(0) @binding(5) var<storage, read> residual: array<vec4<f32>, Y_QUADS>;

fn finish(values: vec4<f32>, index: u32) -> vec4<f32> {
  let sum = clampValues(values) + residual[index];
  return clamp(sum, vec4<f32>(ADD_CLAMP_LOW), vec4<f32>(ADD_CLAMP_HIGH));
}
