// Packed dot products and nothing else: each of 8 chains repeats x ← x + dot4I8Packed(next, factor).
// One invocation runs 8 chains. They read each other, so that no product can be left out or moved out of the loop.
//#import linear-index
const STEPS: u32 = 256;

@group(0) @binding(1) var<storage, read> seeds: array<u32, 16>;
@group(0) @binding(2) var<storage, read_write> results: array<u32, WORKGROUP_SIZE>;

fn add(sum: u32, word: u32, factor: u32) -> u32 {
  return sum + bitcast<u32>(dot4I8Packed(word, factor));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(local_invocation_index) localIndex: u32) {
  let factor = seeds[0];
  var a = seeds[2];
  var b = seeds[3];
  var c = seeds[4];
  var d = seeds[5];
  var e = seeds[6];
  var f = seeds[7];
  var g = seeds[8];
  var h = seeds[9];
  for (var step = 0u; step < STEPS; step++) {
    // Four in a row, so that the loop's own work is little beside them.
    a = add(a, b, factor); b = add(b, c, factor); c = add(c, d, factor); d = add(d, e, factor);
    e = add(e, f, factor); f = add(f, g, factor); g = add(g, h, factor); h = add(h, a, factor);
    a = add(a, b, factor); b = add(b, c, factor); c = add(c, d, factor); d = add(d, e, factor);
    e = add(e, f, factor); f = add(f, g, factor); g = add(g, h, factor); h = add(h, a, factor);
    a = add(a, b, factor); b = add(b, c, factor); c = add(c, d, factor); d = add(d, e, factor);
    e = add(e, f, factor); f = add(f, g, factor); g = add(g, h, factor); h = add(h, a, factor);
    a = add(a, b, factor); b = add(b, c, factor); c = add(c, d, factor); d = add(d, e, factor);
    e = add(e, f, factor); f = add(f, g, factor); g = add(g, h, factor); h = add(h, a, factor);
  }
  results[localIndex] = a + b + c + d + e + f + g + h;
}
