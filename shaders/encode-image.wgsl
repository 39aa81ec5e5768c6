// Pixels to the values of a network's input: y[lane] = lookup[byte(lane)][lane], a table of 256 values a channel that
// the host made, so every device gives the same. A pixel that the image does not cover is the background.
// One invocation per pixel of the input, which is one quad (up to four channels).
//#import linear-index
// int8 codes, or float32 numbers as bits.
//#import quads-int8
// Pixels of one image of the batch.
const WIDTH: u32 = 1;
const HEIGHT: u32 = 1;
// Quads of the whole batch.
const QUADS: u32 = 1;
// The byte of the pixel that the first and the third lane take: 2 and 0 where the input has its colors the other way.
const FIRST_BYTE: u32 = 0;
const THIRD_BYTE: u32 = 2;
// Brightness of the three lower bytes in 65536ths, for inputs of one channel; all 0 when channels stay apart.
const BRIGHTNESS_0: u32 = 0;
const BRIGHTNESS_1: u32 = 0;
const BRIGHTNESS_2: u32 = 0;

struct Params {
  // Where in the input the image begins, and its size there.
  x: u32,
  y: u32,
  width: u32,
  height: u32,
  // Words from one row of the image to the next.
  pitch: u32,
  // Four bytes, lowest first, in the order of the image's pixels.
  background: u32,
  // First quad of this image of the batch.
  firstQuad: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> image: array<u32>;
@group(0) @binding(2) var<storage, read> lookup: array<vec4<u32>, 256>;
@group(0) @binding(3) var<storage, read_write> encoded: array<Quad, QUADS>;

fn byteOf(pixel: u32, index: u32) -> u32 {
  return (pixel >> (index * 8u)) & 0xffu;
}

fn pixelAt(x: u32, y: u32) -> u32 {
  // Left of or above the image, the subtraction wraps to a number beyond its size.
  let column = x - params.x;
  let row = y - params.y;
  if (column >= params.width || row >= params.height) {
    return params.background;
  }
  return image[row * params.pitch + column];
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= WIDTH * HEIGHT) {
    return;
  }
  let pixel = pixelAt(index % WIDTH, index / WIDTH);
  var bytes = vec4<u32>(byteOf(pixel, FIRST_BYTE), byteOf(pixel, 1u), byteOf(pixel, THIRD_BYTE), byteOf(pixel, 3u));
  if (BRIGHTNESS_0 + BRIGHTNESS_1 + BRIGHTNESS_2 > 0u) {
    bytes.x = (BRIGHTNESS_0 * byteOf(pixel, 0u) + BRIGHTNESS_1 * byteOf(pixel, 1u) + BRIGHTNESS_2 * byteOf(pixel, 2u)
      + 0x8000u) >> 16u;
  }
  let lanes = vec4<u32>(lookup[bytes.x].x, lookup[bytes.y].y, lookup[bytes.z].z, lookup[bytes.w].w);
  encoded[params.firstQuad + index] = quadOf(lanes);
}
