// Average of float32 numbers, within the activation's bounds.
//#import values-float
//#import clamp-float

fn average(sum: vec4<f32>, count: u32) -> Quad {
  return clampValues(sum / f32(count));
}
