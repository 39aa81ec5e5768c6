// The codes are the result.
fn finish(codes: vec4<i32>, index: u32) -> u32 {
  return packCodes(codes);
}
