// The 32 bits behind the index-th number of a seed's stream: a hash of both, so that any may be asked for by itself.
const GOLDEN_RATIO: u32 = 0x9e3779b9;

fn mixBits(value: u32) -> u32 {
  var bits = (value ^ (value >> 16u)) * 0x85ebca6bu;
  bits = (bits ^ (bits >> 13u)) * 0xc2b2ae35u;
  return bits ^ (bits >> 16u);
}

fn randomBits(seed: u32, index: u32) -> u32 {
  let key = mixBits(seed + GOLDEN_RATIO);
  return mixBits(mixBits(((index + 1u) * GOLDEN_RATIO) ^ key) + key);
}
