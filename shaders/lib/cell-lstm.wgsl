// Long short-term memory: c = σ(f)·c + σ(i)·tanh(g), clipped, and h = σ(o)·tanh(c); gates i, f, g, o.
//#import logistic
//#import tangent
const GATES: u32 = 4;
const CELL_CLIP: f32 = 3.4028234663852886e38;

fn nextHidden(inputs: array<vec4<f32>, GATES>, sums: array<vec4<f32>, GATES>, hidden: vec4<f32>, cell: ptr<function, vec4<f32>>) -> vec4<f32> {
  let kept = logistic(inputs[1] + sums[1]) * *cell;
  let added = logistic(inputs[0] + sums[0]) * tangent(inputs[2] + sums[2]);
  *cell = clamp(kept + added, vec4<f32>(-CELL_CLIP), vec4<f32>(CELL_CLIP));
  return logistic(inputs[3] + sums[3]) * tangent(*cell);
}
