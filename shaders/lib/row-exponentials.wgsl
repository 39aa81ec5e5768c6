// e[d] = round(exp(−d·scale·beta) · 2^k) for a code d below its row's largest: a table of the host's, for a k so that the
// sum of a row is below 2³¹.
@group(0) @binding(3) var<storage, read> exponentials: array<u32, 256>;

// Lanes of the padding hold anything, and may lie above the maximum: they wrap around to some entry of the table.
fn distanceOf(codes: vec4<i32>, largest: i32) -> vec4<u32> {
  return vec4<u32>(largest - codes) & vec4<u32>(255u);
}

fn term(codes: vec4<i32>, largest: i32) -> vec4<u32> {
  let at = distanceOf(codes, largest);
  return vec4<u32>(exponentials[at.x], exponentials[at.y], exponentials[at.z], exponentials[at.w]);
}
