// Whether a number of this whole part and fraction (of 2³²) is rounded up: to the nearest, halves to even.
//#import result-int8
@group(0) @binding(4) var<storage, read_write> y: array<Result, QUADS>;

fn roundingOf(whole: u32, fraction: u32, element: u32) -> u32 {
  return u32(fraction > 0x80000000u || (fraction == 0x80000000u && (whole & 1u) == 1u));
}
