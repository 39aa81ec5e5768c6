// Codes of length one in steps of 1/128: requantize(q − zx) with the multiplier 128 / √Σ (q − zx)², which five steps of
// Newton's iteration find in fixed point, as TFLite does: r ← r · (3 − n·r²) / 2.
//#import requantize-tflite-double
//#import wide-product
const INPUT_ZERO_POINT: i32 = 0;

fn term(codes: vec4<i32>, largest: i32) -> vec4<u32> {
  let values = codes - INPUT_ZERO_POINT;
  return vec4<u32>(values * values);
}

// a · b / 2³¹, rounded.
fn product(a: u32, b: u32) -> u32 {
  let low = a * b;
  let rounded = low + 0x40000000u;
  let high = highProduct(vec4<u32>(a), vec4<u32>(b)).x + select(0u, 1u, rounded < low);
  return (high << 1u) | (rounded >> 31u);
}

fn shiftedLeft(value: u32, bits: u32) -> u32 {
  return select(value << bits, 0x7fffffffu, value > (0x7fffffffu >> bits));
}

// Multiplier and shift of 1 / √total.
fn rowFactor(total: u32) -> vec2<i32> {
  if (total <= 1u) {
    return vec2<i32>(0x7fffffff, 0);
  }
  var shift = -11i;
  var number = total;
  if (number >= 0x20000000u) {
    number >>= 2u;
    shift--;
  }
  let pairs = (countLeadingZeros(number) - 1u) / 2u - 1u;
  shift += i32(pairs);
  number = (number << (2u * pairs)) >> 1u;
  // From here on with 28 bits behind the point.
  let half = (number + 1u) >> 1u;
  var root = 0x10000000u;
  for (var i = 0u; i < 5u; i++) {
    let cube = shiftedLeft(product(product(root, root), root), 6u);
    root = shiftedLeft(product(0x18000000u, root) - product(half, cube), 3u);
  }
  // √½ with 31 bits behind the point.
  root = product(root, 1518500250u);
  return vec2<i32>(i32(root << u32(max(shift, 0))), min(shift, 0));
}

fn result(codes: vec4<i32>, largest: i32, factor: vec2<i32>) -> vec4<i32> {
  return requantize(codes - INPUT_ZERO_POINT, vec4<i32>(factor.x), vec4<i32>(factor.y + 7));
}
