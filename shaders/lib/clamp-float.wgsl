// An activation as real bounds. The default bounds leave every finite number as it is.
const CLAMP_LOW: f32 = -3.4028234663852886e38;
const CLAMP_HIGH: f32 = 3.4028234663852886e38;

fn clampValues(values: vec4<f32>) -> vec4<f32> {
  return clamp(values, vec4<f32>(CLAMP_LOW), vec4<f32>(CLAMP_HIGH));
}
