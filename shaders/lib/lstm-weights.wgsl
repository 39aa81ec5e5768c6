// Weights of an LSTM in float32: [unit of h, gate, quad of units], with zeros for units of h that pad.
alias WeightQuad = vec4<f32>;
alias SumQuad = vec4<f32>;

fn prepareHidden(localIndex: u32) -> f32 {
  return 1.0;
}

fn prepareOutputs(localIndex: u32) -> f32 {
  return 1.0;
}

fn hiddenProduct(hiddenQuad: u32, gate: u32, quad: u32) -> vec4<f32> {
  let h = hidden[hiddenQuad];
  let first = (hiddenQuad * 4u * GATES + gate) * QUADS + quad;
  return weights[first] * h.x + weights[first + GATES * QUADS] * h.y
    + weights[first + 2u * GATES * QUADS] * h.z + weights[first + 3u * GATES * QUADS] * h.w;
}

// The projection's: [unit, quad of h].
fn outputProduct(unitQuad: u32, quad: u32) -> vec4<f32> {
  let values = outputs[unitQuad];
  let first = unitQuad * 4u * HIDDEN_QUADS + quad;
  return projection[first] * values.x + projection[first + HIDDEN_QUADS] * values.y
    + projection[first + 2u * HIDDEN_QUADS] * values.z + projection[first + 3u * HIDDEN_QUADS] * values.w;
}

fn numbersOf(sum: vec4<f32>, scale: f32, scales: vec4<f32>) -> vec4<f32> {
  return sum;
}
