// The boxes that are left when, from the best score down, each drops those that it overlaps too much:
// intersection > IOU_THRESHOLD · union. Every product and sum is rounded by itself, so that all devices agree.
// One workgroup per class of an image. Invocation i has the boxes i, i + WORKGROUP_SIZE, …: it finds the best of them that
// is left, all together find the best of these, and each drops what that one overlaps.
//#import linear-index
const IMAGES: u32 = 1;
const CLASSES: u32 = 1;
const BOXES: u32 = 1;
// Boxes selected at most.
const LIMIT: u32 = 1;
const SCORE_THRESHOLD: f32 = 0.0;
const KEEPS_EQUAL_SCORE: u32 = 0;
const IOU_THRESHOLD: f32 = 0.5;
const DROPS_EQUAL_OVERLAP: u32 = 0;

const NONE: u32 = 0xffffffffu;
const LISTS: u32 = IMAGES * CLASSES;
const STEPS: u32 = (BOXES + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
const LIMIT_STEPS: u32 = (LIMIT + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
const WORDS: u32 = (STEPS + 31u) / 32u;
// The best of a workgroup is found in two steps.
const PART: u32 = 16;
const PARTS: u32 = WORKGROUP_SIZE / PART;
// Elements from one row to the next.
const SCORES_PITCH: u32 = (BOXES + 3u) / 4u * 4u;
const LIST_PITCH: u32 = (LIMIT + 3u) / 4u * 4u;
const COUNTS_PITCH: u32 = (CLASSES + 3u) / 4u * 4u;

@group(0) @binding(1) var<storage, read> boxes: array<vec4<f32>, IMAGES * BOXES>;
@group(0) @binding(2) var<storage, read> scores: array<f32, LISTS * SCORES_PITCH>;
@group(0) @binding(3) var<storage, read> zero: array<u32, 1>;
@group(0) @binding(4) var<storage, read_write> indices: array<i32, LISTS * LIST_PITCH>;
@group(0) @binding(5) var<storage, read_write> selectedScores: array<f32, LISTS * LIST_PITCH>;
@group(0) @binding(6) var<storage, read_write> counts: array<i32, IMAGES * COUNTS_PITCH>;

var<workgroup> bests: array<u32, WORKGROUP_SIZE>;
var<workgroup> bestScores: array<f32, WORKGROUP_SIZE>;
var<workgroup> winner: u32;

struct Box {
  low: vec2<f32>,
  high: vec2<f32>,
  area: f32,
}

// The number itself, which no compiler can make part of another operation: it does not know that zero is zero.
fn rounded(value: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(value) ^ zero[0]);
}

fn boxAt(index: u32) -> Box {
  let corners = boxes[index];
  let low = min(corners.xy, corners.zw);
  let high = max(corners.xy, corners.zw);
  let size = high - low;
  return Box(low, high, rounded(size.x * size.y));
}

fn overlaps(a: Box, b: Box) -> bool {
  let size = max(min(a.high, b.high) - max(a.low, b.low), vec2<f32>(0.0));
  let intersection = rounded(size.x * size.y);
  let joined = rounded(rounded(a.area + b.area) - intersection);
  // Nothing of two boxes without an area overlaps.
  let allowed = rounded(IOU_THRESHOLD * select(1.0, joined, joined > 0.0));
  return intersection > allowed || (DROPS_EQUAL_OVERLAP == 1u && intersection == allowed);
}

// Leaves at `first` the best of `count` entries that are `stride` apart.
fn reduce(first: u32, stride: u32, count: u32) {
  var best = bests[first];
  var bestScore = bestScores[first];
  for (var i = 1u; i < count; i++) {
    let other = bests[first + i * stride];
    let score = bestScores[first + i * stride];
    let isBetter = score > bestScore || (score == bestScore && other < best);
    if (other != NONE && (best == NONE || isBetter)) {
      best = other;
      bestScore = score;
    }
  }
  bests[first] = best;
  bestScores[first] = bestScore;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let list = linearGroup(workgroupId);
  if (list >= LISTS) {
    return;
  }
  let firstBox = list / CLASSES * BOXES;
  let firstScore = list * SCORES_PITCH;
  let firstSelected = list * LIST_PITCH;
  // A bit for each of the invocation's boxes.
  var left: array<u32, WORDS>;
  for (var step = 0u; step < STEPS; step++) {
    let box = step * WORKGROUP_SIZE + localIndex;
    if (box < BOXES) {
      let score = scores[firstScore + box];
      let isCandidate = score > SCORE_THRESHOLD || (KEEPS_EQUAL_SCORE == 1u && score == SCORE_THRESHOLD);
      left[step / 32u] |= select(0u, 1u << (step % 32u), isCandidate);
    }
  }

  var selected: Box;
  var count = 0u;
  for (; count < LIMIT; count++) {
    var best = NONE;
    var bestScore = 0.0;
    for (var word = 0u; word < WORDS; word++) {
      var rest = left[word];
      for (var i = 0u; i < 32u; i++) {
        if (rest == 0u) {
          break;
        }
        let box = (word * 32u + firstTrailingBit(rest)) * WORKGROUP_SIZE + localIndex;
        let others = rest & (rest - 1u);
        let score = scores[firstScore + box];
        if (count > 0u && overlaps(selected, boxAt(firstBox + box))) {
          left[word] &= ~(rest ^ others);
        } else if (best == NONE || score > bestScore) {
          best = box;
          bestScore = score;
        }
        rest = others;
      }
    }
    bests[localIndex] = best;
    bestScores[localIndex] = bestScore;
    workgroupBarrier();
    if (localIndex < PARTS) {
      reduce(localIndex * PART, 1u, PART);
    }
    workgroupBarrier();
    if (localIndex == 0u) {
      reduce(0u, PART, PARTS);
      winner = bests[0];
    }
    let found = workgroupUniformLoad(&winner);
    if (found == NONE) {
      break;
    }
    selected = boxAt(firstBox + found);
    if (found % WORKGROUP_SIZE == localIndex) {
      let step = found / WORKGROUP_SIZE;
      left[step / 32u] &= ~(1u << (step % 32u));
      indices[firstSelected + count] = i32(found);
      selectedScores[firstSelected + count] = scores[firstScore + found];
    }
  }

  for (var step = 0u; step < LIMIT_STEPS; step++) {
    let place = step * WORKGROUP_SIZE + localIndex;
    if (place >= count && place < LIMIT) {
      indices[firstSelected + place] = 0;
      selectedScores[firstSelected + place] = 0.0;
    }
  }
  if (localIndex == 0u) {
    counts[list / CLASSES * COUNTS_PITCH + list % CLASSES] = i32(count);
  }
}
