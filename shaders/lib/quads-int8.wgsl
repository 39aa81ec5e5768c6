// A quad as kernels that only move elements see it: int8 codes, four lanes in a word.
alias Quad = u32;

fn lane(quad: Quad, index: u32) -> u32 {
  return (quad >> (index * 8u)) & 0xffu;
}

fn quadOf(lanes: vec4<u32>) -> Quad {
  return lanes.x | (lanes.y << 8u) | (lanes.z << 16u) | (lanes.w << 24u);
}
