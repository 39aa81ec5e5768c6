// Four int8 codes in a word, lowest byte first. Shifts instead of the packed_4x8 built-ins, which not every browser has.
fn unpackCodes(word: u32) -> vec4<i32> {
  return vec4<i32>(bitcast<i32>(word << 24u), bitcast<i32>(word << 16u), bitcast<i32>(word << 8u), bitcast<i32>(word)) >> vec4<u32>(24u);
}

// The codes must be within [-128, 127]. Products by powers of two, which compilers turn into shifts where shifts are cheaper.
fn packCodes(codes: vec4<i32>) -> u32 {
  let bytes = bitcast<vec4<u32>>(codes) & vec4<u32>(0xffu);
  return bytes.x | (bytes.y * 0x100u) | (bytes.z * 0x10000u) | (bytes.w * 0x1000000u);
}
