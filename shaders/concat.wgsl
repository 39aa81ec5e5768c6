// y = x0, x1, … one after the other along an axis, up to seven of them; int8 or float32.
// With the axes outside and inside the joined one merged, input i is [OUTER, SIZE_i] and y is [OUTER, Σ SIZE_i], counted
// in quads (BY_ELEMENT 0) or, when the last axis is joined at places that are no multiples of four, in elements.
// One invocation per quad of the output.
//#import linear-index
//#import quads-int8
//#import concat-copy
const BY_ELEMENT: u32 = 0;
const OUTER: u32 = 1;
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

const START_1: u32 = SIZE_0;
const START_2: u32 = START_1 + SIZE_1;
const START_3: u32 = START_2 + SIZE_2;
const START_4: u32 = START_3 + SIZE_3;
const START_5: u32 = START_4 + SIZE_4;
const START_6: u32 = START_5 + SIZE_5;
const SIZE: u32 = START_6 + SIZE_6;
const SIZES = array<u32, 7>(SIZE_0, SIZE_1, SIZE_2, SIZE_3, SIZE_4, SIZE_5, SIZE_6);
const STARTS = array<u32, 7>(0u, START_1, START_2, START_3, START_4, START_5, START_6);
// Quads of a row of y; only where elements are counted.
const ROW_QUADS: u32 = (SIZE + 3u) / 4u;
const Y_QUADS: u32 = OUTER * select(SIZE, ROW_QUADS, BY_ELEMENT == 1u);

@group(0) @binding(1) var<storage, read> x0: array<Quad, QUADS_0>;
@group(0) @binding(2) var<storage, read> x1: array<Quad, QUADS_1>;
@group(0) @binding(3) var<storage, read> x2: array<Quad, QUADS_2>;
@group(0) @binding(4) var<storage, read> x3: array<Quad, QUADS_3>;
@group(0) @binding(5) var<storage, read> x4: array<Quad, QUADS_4>;
@group(0) @binding(6) var<storage, read> x5: array<Quad, QUADS_5>;
@group(0) @binding(7) var<storage, read> x6: array<Quad, QUADS_6>;
@group(0) @binding(8) var<storage, read_write> y: array<Quad, Y_QUADS>;

// Which input the place belongs to. Absent inputs have no places: they begin where y ends.
fn inputAt(place: u32) -> u32 {
  return u32(place >= START_1) + u32(place >= START_2) + u32(place >= START_3) + u32(place >= START_4)
    + u32(place >= START_5) + u32(place >= START_6);
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
  let input = inputAt(inside);
  let channel = inside - STARTS[input];
  let quad = load(input, row * ((SIZES[input] + 3u) / 4u) + channel / 4u);
  return lane(convert(quad, input), channel % 4u);
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
  let input = inputAt(place);
  y[index] = convert(load(input, index / SIZE * SIZES[input] + place - STARTS[input]), input);
}
