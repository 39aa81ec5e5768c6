// 32-bit integer multiply-adds and nothing else: each of 8 chains repeats x ← x · next + afterNext, modulo 2³².
// One invocation runs 8 chains of as many lanes as Lanes has. Chains read each other, so that no algebra shortens them.
//#import linear-index
const STEPS: u32 = 256;
alias Lanes = vec4<i32>;

@group(0) @binding(1) var<storage, read> seeds: array<i32, 16>;
@group(0) @binding(2) var<storage, read_write> results: array<Lanes, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(local_invocation_index) localIndex: u32) {
  var a = Lanes(seeds[2]);
  var b = Lanes(seeds[3]);
  var c = Lanes(seeds[4]);
  var d = Lanes(seeds[5]);
  var e = Lanes(seeds[6]);
  var f = Lanes(seeds[7]);
  var g = Lanes(seeds[8]);
  var h = Lanes(seeds[9]);
  for (var step = 0u; step < STEPS; step++) {
    // Four in a row, so that the loop's own work is little beside them.
    a = a * b + c; b = b * c + d; c = c * d + e; d = d * e + f; e = e * f + g; f = f * g + h; g = g * h + a; h = h * a + b;
    a = a * b + c; b = b * c + d; c = c * d + e; d = d * e + f; e = e * f + g; f = f * g + h; g = g * h + a; h = h * a + b;
    a = a * b + c; b = b * c + d; c = c * d + e; d = d * e + f; e = e * f + g; f = f * g + h; g = g * h + a; h = h * a + b;
    a = a * b + c; b = b * c + d; c = c * d + e; d = d * e + f; e = e * f + g; f = f * g + h; g = g * h + a; h = h * a + b;
  }
  results[localIndex] = a + b + c + d + e + f + g + h;
}
