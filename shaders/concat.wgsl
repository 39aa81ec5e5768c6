// y = x0, x1, … one after the other along an axis, up to seven of them; int8 or float32.
// With the axes outside and inside the joined one merged, input i is [outer, SIZE_i] and y is [outer, SIZE], counted in
// quads (BY_ELEMENT 0) or, when the last axis is joined at places that are no multiples of four, in elements.
// One invocation per quad of the output.
//#import linear-index
//#import quads-int8
//#import concat-copy
const BY_ELEMENT: u32 = 0;
const SIZE_0: u32 = 1;
const SIZE_1: u32 = 0;
const SIZE_2: u32 = 0;
const SIZE_3: u32 = 0;
const SIZE_4: u32 = 0;
const SIZE_5: u32 = 0;
const SIZE_6: u32 = 0;
// Quads of each binding; one without an input of its own repeats another's.
const QUADS_0: u32 = 1;
const QUADS_1: u32 = 1;
const QUADS_2: u32 = 1;
const QUADS_3: u32 = 1;
const QUADS_4: u32 = 1;
const QUADS_5: u32 = 1;
const QUADS_6: u32 = 1;

// Where each input begins in y; where there is none, y ends.
const START_1: u32 = 1;
const START_2: u32 = 1;
const START_3: u32 = 1;
const START_4: u32 = 1;
const START_5: u32 = 1;
const START_6: u32 = 1;
const SIZE: u32 = 1;
// Quads of a row of y; only where elements are counted.
const ROW_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;

@group(0) @binding(1) var<storage, read> x0: array<Quad, QUADS_0>;
@group(0) @binding(2) var<storage, read> x1: array<Quad, QUADS_1>;
@group(0) @binding(3) var<storage, read> x2: array<Quad, QUADS_2>;
@group(0) @binding(4) var<storage, read> x3: array<Quad, QUADS_3>;
@group(0) @binding(5) var<storage, read> x4: array<Quad, QUADS_4>;
@group(0) @binding(6) var<storage, read> x5: array<Quad, QUADS_5>;
@group(0) @binding(7) var<storage, read> x6: array<Quad, QUADS_6>;
@group(0) @binding(8) var<storage, read_write> y: array<Quad, Y_QUADS>;

// The input that a place of y is taken from, where that begins in y, and its size.
struct Source {
  input: u32,
  start: u32,
  size: u32,
}

fn sourceOf(place: u32) -> Source {
  var source = Source(0u, 0u, SIZE_0);
  if (place >= START_1) { source = Source(1u, START_1, SIZE_1); }
  if (place >= START_2) { source = Source(2u, START_2, SIZE_2); }
  if (place >= START_3) { source = Source(3u, START_3, SIZE_3); }
  if (place >= START_4) { source = Source(4u, START_4, SIZE_4); }
  if (place >= START_5) { source = Source(5u, START_5, SIZE_5); }
  if (place >= START_6) { source = Source(6u, START_6, SIZE_6); }
  return source;
}

fn load(input: u32, index: u32) -> Quad {
  switch (input) {
    case 0u: { return x0[index]; }
    case 1u: { return x1[index]; }
    case 2u: { return x2[index]; }
    case 3u: { return x3[index]; }
    case 4u: { return x4[index]; }
    case 5u: { return x5[index]; }
    default: { return x6[index]; }
  }
}

fn element(row: u32, place: u32) -> u32 {
  // Lanes of the padding read the last element.
  let inside = min(place, SIZE - 1u);
  let source = sourceOf(inside);
  let channel = inside - source.start;
  let quad = load(source.input, row * ((source.size + 3u) / 4u) + channel / 4u);
  return lane(convert(quad, source.input), channel % 4u);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= Y_QUADS) {
    return;
  }
  if (BY_ELEMENT == 1u) {
    let row = index / ROW_QUADS;
    let first = index % ROW_QUADS * 4u;
    y[index] = quadOf(vec4<u32>(element(row, first), element(row, first + 1u), element(row, first + 2u), element(row, first + 3u)));
    return;
  }
  let place = index % SIZE;
  let source = sourceOf(place);
  y[index] = convert(load(source.input, index / SIZE * source.size + place - source.start), source.input);
}
