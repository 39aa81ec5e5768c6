// The best LIMIT entries of an image's lists, which are sorted: an entry's place is the number of those that are better.
// One invocation per entry of a list; those numbered from how many there are fill the places behind with zeros.
//#import linear-index
const IMAGES: u32 = 1;
const BOXES: u32 = 1;
const CLASSES: u32 = 1;
// One for all classes or one for each, and the entries that each has room for.
const LISTS: u32 = 1;
const LENGTH: u32 = 1;
// Of all lists of an image, or LIMIT where that is more.
const ENTRIES: u32 = 1;
const LIMIT: u32 = 1;
const CLASSES_PER_DETECTION: u32 = 1;

const HIGHEST: f32 = 3.4028234663852886e38;
const SLOTS: u32 = LIMIT * CLASSES_PER_DETECTION;
// Elements from one row to the next.
const CLASSES_PITCH: u32 = (CLASSES + 3u) / 4u * 4u;
const LENGTH_PITCH: u32 = (LENGTH + 3u) / 4u * 4u;
const LISTS_PITCH: u32 = (LISTS + 3u) / 4u * 4u;
const SLOTS_PITCH: u32 = (SLOTS + 3u) / 4u * 4u;
const IMAGES_PITCH: u32 = (IMAGES + 3u) / 4u * 4u;

@group(0) @binding(1) var<storage, read> boxes: array<vec4<f32>, IMAGES * BOXES>;
@group(0) @binding(2) var<storage, read> scores: array<f32, IMAGES * BOXES * CLASSES_PITCH>;
@group(0) @binding(3) var<storage, read> indices: array<i32, IMAGES * LISTS * LENGTH_PITCH>;
@group(0) @binding(4) var<storage, read> counts: array<i32, IMAGES * LISTS_PITCH>;
@group(0) @binding(5) var<storage, read_write> detectedBoxes: array<vec4<f32>, IMAGES * SLOTS>;
@group(0) @binding(6) var<storage, read_write> detectedClasses: array<f32, IMAGES * SLOTS_PITCH>;
@group(0) @binding(7) var<storage, read_write> detectedScores: array<f32, IMAGES * SLOTS_PITCH>;
@group(0) @binding(8) var<storage, read_write> detectedCounts: array<f32, IMAGES_PITCH>;

fn countOf(image: u32, list: u32) -> u32 {
  return u32(clamp(counts[image * LISTS_PITCH + list], 0, i32(LENGTH)));
}

fn boxOf(image: u32, list: u32, place: u32) -> u32 {
  let box = indices[(image * LISTS + list) * LENGTH_PITCH + place];
  return image * BOXES + u32(clamp(box, 0, i32(BOXES) - 1));
}

// How many entries of a list come before one of this score; of equal ones, those of earlier lists do.
fn betterIn(image: u32, list: u32, score: f32, isEarlier: bool) -> u32 {
  var low = 0u;
  var high = countOf(image, list);
  for (var step = 0u; step < 32u; step++) {
    if (low >= high) {
      break;
    }
    let middle = (low + high) / 2u;
    let other = scores[boxOf(image, list, middle) * CLASSES_PITCH + list];
    if (other > score || (isEarlier && other == score)) {
      low = middle + 1u;
    } else {
      high = middle;
    }
  }
  return low;
}

fn write(image: u32, slot: u32, box: vec4<f32>, name: f32, score: f32) {
  detectedBoxes[image * SLOTS + slot] = box;
  detectedClasses[image * SLOTS_PITCH + slot] = name;
  detectedScores[image * SLOTS_PITCH + slot] = score;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= IMAGES * ENTRIES) {
    return;
  }
  let image = index / ENTRIES;
  let entry = index % ENTRIES;
  var total = 0u;
  for (var list = 0u; list < LISTS; list++) {
    total += countOf(image, list);
  }
  if (entry == 0u) {
    detectedCounts[image] = f32(min(total, LIMIT));
  }
  if (entry >= total && entry < LIMIT) {
    for (var k = 0u; k < CLASSES_PER_DETECTION; k++) {
      write(image, entry * CLASSES_PER_DETECTION + k, vec4<f32>(0.0), 0.0, 0.0);
    }
  }

  let list = entry / LENGTH;
  if (list >= LISTS || entry % LENGTH >= countOf(image, list)) {
    return;
  }
  let box = boxOf(image, list, entry % LENGTH);
  let row = box * CLASSES_PITCH;
  var place = entry % LENGTH;
  if (LISTS > 1u) {
    for (var other = 0u; other < LISTS; other++) {
      if (place >= LIMIT) {
        return;
      }
      if (other != list) {
        place += betterIn(image, other, scores[row + list], other < list);
      }
    }
    if (place < LIMIT) {
      write(image, place, boxes[box], f32(list), scores[row + list]);
    }
    return;
  }
  if (place >= LIMIT) {
    return;
  }
  // One after the other, the best class behind the last.
  var last = -1;
  var lastScore = HIGHEST;
  for (var k = 0u; k < CLASSES_PER_DETECTION; k++) {
    let slot = place * CLASSES_PER_DETECTION + k;
    if (k >= CLASSES) {
      write(image, slot, vec4<f32>(0.0), 0.0, 0.0);
      continue;
    }
    var best = -1;
    var bestScore = 0.0;
    for (var candidate = 0u; candidate < CLASSES; candidate++) {
      let score = scores[row + candidate];
      let isBehind = score < lastScore || (score == lastScore && i32(candidate) > last);
      if (isBehind && (best < 0 || score > bestScore)) {
        best = i32(candidate);
        bestScore = score;
      }
    }
    write(image, slot, boxes[box], f32(best), bestScore);
    last = best;
    lastScore = bestScore;
  }
}
