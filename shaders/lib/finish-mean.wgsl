// Mean of float32 numbers from their sum.
const COUNT: f32 = 1.0;

fn finish(total: vec4<f32>) -> vec4<f32> {
  return total / COUNT;
}
