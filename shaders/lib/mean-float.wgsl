// Mean of `count` float32 numbers from their sum.
//#import values-float
const MEAN_COUNT: f32 = 1.0;

fn finish(sum: vec4<f32>) -> Quad {
  return sum / MEAN_COUNT;
}
