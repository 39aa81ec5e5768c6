// Joined inputs keep their elements.
fn convert(quad: Quad, input: u32) -> Quad {
  return quad;
}
