// y = 1, 0 or −1, as x is above, at or below zero.
fn evaluate(x: vec4<f32>) -> vec4<f32> {
  return sign(x);
}
