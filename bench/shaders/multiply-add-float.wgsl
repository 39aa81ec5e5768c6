// Float32 multiply-adds and nothing else: each of 8 chains repeats x ← x · factor + term.
// One invocation runs 8 chains of as many lanes as Lanes has. Every step needs the one before it, so that none can be left
// out, and the chains need nothing of each other.
//#import linear-index
const STEPS: u32 = 256;
alias Lanes = vec4<f32>;

@group(0) @binding(1) var<storage, read> seeds: array<f32, 16>;
@group(0) @binding(2) var<storage, read_write> results: array<Lanes, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(local_invocation_index) localIndex: u32) {
  let factor = Lanes(seeds[0]);
  let term = Lanes(seeds[1]);
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
    a = fma(fma(fma(fma(a, factor, term), factor, term), factor, term), factor, term);
    b = fma(fma(fma(fma(b, factor, term), factor, term), factor, term), factor, term);
    c = fma(fma(fma(fma(c, factor, term), factor, term), factor, term), factor, term);
    d = fma(fma(fma(fma(d, factor, term), factor, term), factor, term), factor, term);
    e = fma(fma(fma(fma(e, factor, term), factor, term), factor, term), factor, term);
    f = fma(fma(fma(fma(f, factor, term), factor, term), factor, term), factor, term);
    g = fma(fma(fma(fma(g, factor, term), factor, term), factor, term), factor, term);
    h = fma(fma(fma(fma(h, factor, term), factor, term), factor, term), factor, term);
  }
  results[localIndex] = a + b + c + d + e + f + g + h;
}
