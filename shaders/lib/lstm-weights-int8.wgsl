// Weights of an LSTM in int8: [quad of h, gate, quad of units], each a word of four weights for each of four units; and what
// they are multiplied by in codes, too, which are found anew in each step: m the largest magnitude, code = round(x · 127 / m),
// halves away from zero, scale m / 127. Quotients are those of IEEE 754. Sums are integers.
//#import divide-exact
alias WeightQuad = vec4<u32>;
alias SumQuad = vec4<i32>;

var<workgroup> hiddenCodes: array<vec4<i32>, H_QUADS>;
var<workgroup> outputCodes: array<vec4<i32>, QUADS>;

// A narrower range is nothing but zeros: its reciprocal would leave float32.
const NARROWEST: f32 = 7.888609052210118e-31;

fn codesOf(values: vec4<f32>, inverse: f32) -> vec4<i32> {
  let products = values * inverse;
  let whole = trunc(products);
  // The difference is exact.
  let isFarther = abs(products - whole) >= vec4<f32>(0.5);
  let rounded = whole + select(vec4<f32>(), sign(products), isFarther);
  return clamp(vec4<i32>(rounded), vec4<i32>(-127), vec4<i32>(127));
}

fn largestOf(values: vec4<f32>, before: f32) -> f32 {
  let magnitudes = abs(values);
  return max(max(max(magnitudes.x, magnitudes.y), max(magnitudes.z, magnitudes.w)), before);
}

// Every invocation looks at all, and writes its share.
fn prepareHidden(localIndex: u32) -> f32 {
  var largest = 0.0;
  for (var quad = 0u; quad < H_QUADS; quad++) {
    largest = largestOf(hidden[quad], largest);
  }
  var scale = 1.0;
  var inverse = 1.0;
  if (largest >= NARROWEST) {
    scale = divideExact(largest, 127.0);
    inverse = divideExact(127.0, largest);
  }
  for (var quad = localIndex; quad < H_QUADS; quad += WORKGROUP_SIZE) {
    hiddenCodes[quad] = codesOf(hidden[quad], inverse);
  }
  workgroupBarrier();
  return scale;
}

fn prepareOutputs(localIndex: u32) -> f32 {
  if (HAS_PROJECTION == 0u) {
    return 1.0;
  }
  var largest = 0.0;
  for (var quad = 0u; quad < QUADS; quad++) {
    largest = largestOf(outputs[quad], largest);
  }
  var scale = 1.0;
  var inverse = 1.0;
  if (largest >= NARROWEST) {
    scale = divideExact(largest, 127.0);
    inverse = divideExact(127.0, largest);
  }
  for (var quad = localIndex; quad < QUADS; quad += WORKGROUP_SIZE) {
    outputCodes[quad] = codesOf(outputs[quad], inverse);
  }
  workgroupBarrier();
  return scale;
}

// The four bytes of each word as signed numbers, by one of them after the other.
fn product(words: vec4<u32>, codes: vec4<i32>) -> vec4<i32> {
  let signed = bitcast<vec4<i32>>(words);
  return ((signed << vec4<u32>(24u)) >> vec4<u32>(24u)) * codes.x
    + ((signed << vec4<u32>(16u)) >> vec4<u32>(24u)) * codes.y
    + ((signed << vec4<u32>(8u)) >> vec4<u32>(24u)) * codes.z
    + (signed >> vec4<u32>(24u)) * codes.w;
}

fn hiddenProduct(hiddenQuad: u32, gate: u32, quad: u32) -> vec4<i32> {
  return product(weights[(hiddenQuad * GATES + gate) * QUADS + quad], hiddenCodes[hiddenQuad]);
}

// The projection's: [quad of units, quad of h].
fn outputProduct(unitQuad: u32, quad: u32) -> vec4<i32> {
  return product(projection[unitQuad * HIDDEN_QUADS + quad], outputCodes[unitQuad]);
}

fn numbersOf(sum: vec4<i32>, scale: f32, scales: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(sum) * (scales * scale);
}
