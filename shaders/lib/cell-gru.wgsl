// Gated recurrent unit: h = z·h + (1 − z)·tanh(n + σ(r)·sum of n), z = σ(z); gates z, r, n.
//#import logistic
//#import tangent
const GATES: u32 = 3;

fn nextHidden(inputs: array<vec4<f32>, GATES>, sums: array<vec4<f32>, GATES>, hidden: vec4<f32>, cell: ptr<function, vec4<f32>>) -> vec4<f32> {
  let update = logistic(inputs[0] + sums[0]);
  let reset = logistic(inputs[1] + sums[1]);
  return update * hidden + (1.0 - update) * tangent(inputs[2] + reset * sums[2]);
}
