// Where a convolution finds the taps of its output pixels, with strides, dilations and padding.
const IN_HEIGHT: u32 = 1;
const IN_WIDTH: u32 = 1;
const STRIDE_Y: i32 = 1;
const STRIDE_X: i32 = 1;
const DILATION_Y: i32 = 1;
const DILATION_X: i32 = 1;
const PADDING_TOP: i32 = 0;
const PADDING_LEFT: i32 = 0;

// An output pixel, where its first tap lies, and the first line of its image.
struct Place {
  outY: u32,
  outX: u32,
  y: i32,
  x: i32,
  image: u32,
}

// A tap of a pixel: where its channels start in the input, and what it reads outside of it.
struct Tap {
  offset: u32,
  isInside: bool,
  padding: Word,
}

fn placeAt(outY: u32, outX: u32, image: u32) -> Place {
  return Place(outY, outX, i32(outY) * STRIDE_Y - PADDING_TOP, i32(outX) * STRIDE_X - PADDING_LEFT, image);
}

fn placeOf(pixel: u32) -> Place {
  let line = pixel / OUT_WIDTH;
  return placeAt(line % OUT_HEIGHT, pixel % OUT_WIDTH, line / OUT_HEIGHT * IN_HEIGHT);
}

// Without divisions. The last pixel of all is followed by some that lie outside of the input and are not stored.
fn placeAfter(place: Place) -> Place {
  let endsLine = place.outX + 1u == OUT_WIDTH;
  let outY = place.outY + select(0u, 1u, endsLine);
  let endsImage = outY == OUT_HEIGHT;
  return placeAt(
    select(outY, 0u, endsImage), select(place.outX + 1u, 0u, endsLine), place.image + select(0u, IN_HEIGHT, endsImage));
}

fn tapOf(place: Place, ky: u32, kx: u32, window: u32) -> Tap {
  let y = place.y + i32(ky) * DILATION_Y;
  let x = place.x + i32(kx) * DILATION_X;
  // Negative coordinates become large unsigned ones.
  let isInside = u32(y) < IN_HEIGHT && u32(x) < IN_WIDTH;
  let pixel = (place.image + u32(y)) * IN_WIDTH + u32(x);
  return Tap(select(0u, pixel * IN_QUADS + window, isInside), isInside, paddingOf(place.image / IN_HEIGHT));
}

fn wordAt(tap: Tap, word: u32) -> Word {
  return select(tap.padding, x[tap.offset + word], tap.isInside);
}
