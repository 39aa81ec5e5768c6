// values[r, i] and indices[r, i]: the i-th largest element of row r, and where it is; of equal ones the first comes first.
// ROW_LANES adjacent invocations share a row; a workgroup has WORKGROUP_SIZE / ROW_LANES rows. K times, they find the best
// of what comes after the one before.
//#import linear-index
//#import values-float
const ROWS: u32 = 1;
const CHANNELS: u32 = 1;
// A power of two, at most WORKGROUP_SIZE.
const ROW_LANES: u32 = 1;
const K: u32 = 1;

const ROW_QUADS: u32 = (CHANNELS + 3u) / 4u;
const K_QUADS: u32 = (K + 3u) / 4u;
const X_QUADS: u32 = ROWS * ROW_QUADS;
const Y_QUADS: u32 = ROWS * K_QUADS;
const STEPS: u32 = (ROW_QUADS + ROW_LANES - 1u) / ROW_LANES;

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> values: array<Quad, Y_QUADS>;
@group(0) @binding(3) var<storage, read_write> indices: array<vec4<i32>, Y_QUADS>;

// An element, and where in its row it is; CHANNELS for none.
struct Place {
  value: Value,
  channel: u32,
}

var<workgroup> partials: array<Place, WORKGROUP_SIZE>;

fn comesFirst(a: Place, b: Place) -> bool {
  return a.channel < CHANNELS && (b.channel == CHANNELS || a.value > b.value || (a.value == b.value && a.channel < b.channel));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let row = linearGroup(workgroupId) * (WORKGROUP_SIZE / ROW_LANES) + localIndex / ROW_LANES;
  let rowLane = localIndex % ROW_LANES;
  let firstLane = localIndex - rowLane;
  var found = Place(Value(), CHANNELS);
  var foundValues = vec4<Value>();
  var foundChannels = vec4<i32>();
  for (var i = 0u; i < K; i++) {
    var best = Place(Value(), CHANNELS);
    for (var step = 0u; step < STEPS; step++) {
      let quad = step * ROW_LANES + rowLane;
      if (row < ROWS && quad < ROW_QUADS) {
        let own = unpackQuad(x[row * ROW_QUADS + quad]);
        for (var lane = 0u; lane < 4u; lane++) {
          let place = Place(own[lane], quad * 4u + lane);
          if ((i == 0u || comesFirst(found, place)) && comesFirst(place, best)) {
            best = place;
          }
        }
      }
    }
    partials[localIndex] = best;
    workgroupBarrier();
    found = partials[firstLane];
    for (var lane = 1u; lane < ROW_LANES; lane++) {
      let place = partials[firstLane + lane];
      if (comesFirst(place, found)) {
        found = place;
      }
    }
    workgroupBarrier();
    foundValues[i % 4u] = found.value;
    // Not every row has K numbers that can be compared.
    foundChannels[i % 4u] = i32(min(found.channel, CHANNELS - 1u));
    if (rowLane == 0u && row < ROWS && (i % 4u == 3u || i == K - 1u)) {
      values[row * K_QUADS + i / 4u] = packQuad(foundValues);
      indices[row * K_QUADS + i / 4u] = foundChannels;
    }
  }
}
