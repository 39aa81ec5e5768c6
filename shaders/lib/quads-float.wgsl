// A quad as kernels that only move elements see it: four float32 numbers as bits, which no device may alter.
alias Quad = vec4<u32>;

fn lane(quad: Quad, index: u32) -> u32 {
  return quad[index];
}

fn quadOf(lanes: vec4<u32>) -> Quad {
  return lanes;
}
