// Where a 1×1 convolution that reads every pixel once, or a matrix product, finds its pixels: in order.
alias Place = u32;
alias Tap = u32;

fn placeOf(pixel: u32) -> Place {
  return pixel;
}

fn placeAfter(place: Place) -> Place {
  return place + 1u;
}

fn tapOf(place: Place, ky: u32, kx: u32, window: u32) -> Tap {
  // Pixels after the last repeat it; they are not stored.
  return min(place, OUT_WIDTH - 1u) * IN_QUADS + window;
}

fn wordAt(tap: Tap, word: u32) -> Word {
  return x[tap + word];
}
