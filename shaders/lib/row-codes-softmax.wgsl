// Softmax of codes: requantize(⌊e[d] · 2^BITS / Σ e⌋). The quotient comes from long division, so that every device gives
// the same code.
//#import row-exponentials
//#import requantize-float
const BITS: u32 = 16;
const MULTIPLIER: i32 = 998244352;
const SHIFT: i32 = 0;

fn rowFactor(total: u32) -> u32 {
  return total;
}

fn result(codes: vec4<i32>, largest: i32, total: u32) -> vec4<i32> {
  var remainder = term(codes, largest);
  // A term is at most the total; the quotient's leading bit is 1 when they are equal.
  var quotient = vec4<u32>(remainder >= vec4<u32>(total));
  remainder -= quotient * total;
  for (var bit = 0u; bit < BITS; bit++) {
    remainder = remainder << vec4<u32>(1u);
    let digit = vec4<u32>(remainder >= vec4<u32>(total));
    remainder -= digit * total;
    quotient = (quotient << vec4<u32>(1u)) | digit;
  }
  return requantize(vec4<i32>(quotient), vec4<i32>(MULTIPLIER), vec4<i32>(SHIFT));
}
