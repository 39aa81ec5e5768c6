// Plain recurrence: h = activation(input + sum); one gate.
//#import function-tanh
const GATES: u32 = 1;

fn nextHidden(inputs: array<vec4<f32>, GATES>, sums: array<vec4<f32>, GATES>, hidden: vec4<f32>, cell: ptr<function, vec4<f32>>) -> vec4<f32> {
  return evaluate(inputs[0] + sums[0]);
}
