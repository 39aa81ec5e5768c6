// The largest of some float32 numbers, within the activation's bounds.
//#import values-float
//#import clamp-float
const LOWEST: f32 = -3.4028234663852886e38;

fn finish(largest: vec4<f32>) -> Quad {
  return clampValues(largest);
}
