// Joined float32 inputs go through an activation.
//#import clamp-float
fn convert(quad: Quad, input: u32) -> Quad {
  return bitcast<vec4<u32>>(clampValues(bitcast<vec4<f32>>(quad)));
}
