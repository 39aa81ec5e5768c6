// Whether a number of this whole part and fraction (of 2³²) is rounded up: as often as the fraction is of 1, by a hash of the
// seed and the element's number.
//#import result-int8
//#import random-bits
@group(0) @binding(4) var<storage, read> seed: array<u32, 4>;
@group(0) @binding(5) var<storage, read_write> y: array<Result, QUADS>;

fn roundingOf(whole: u32, fraction: u32, element: u32) -> u32 {
  return u32(randomBits(seed[0], element) < fraction);
}
