// Integers of at most 24 bits are float32 numbers.
fn nearestFloat(value: vec4<i32>) -> vec4<f32> {
  return vec4<f32>(value);
}
