// The values, clamped, are the result.
//#import clamp-float
fn finish(values: vec4<f32>, index: u32) -> vec4<f32> {
  return clampValues(values);
}
