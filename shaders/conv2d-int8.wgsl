// Int8 convolution:
// y[n,oy,ox,o] = clamp(requantize(bias[o] + Σ (x[n, oy·sy + ky·dy − top, ox·sx + kx·dx − left, c] − zx)·(w[o,ky,kx,c] − zw)) + zy)
// Also a matrix product, as a 1×1 convolution of one row of pixels. Thread mapping: see lib/convolution.
//#import words-direct
//#import engine-dp4a
//#import convolution
//#import output-int8
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const WEIGHT_WORDS: u32 = 4;
const PARAMETERS: u32 = 5;

@group(0) @binding(1) var<storage, read> x: array<Word, X_QUADS>;
@group(0) @binding(2) var<storage, read> weights: array<WeightWord, WEIGHT_WORDS>;
@group(0) @binding(3) var<storage, read> parameters: array<vec4<i32>, PARAMETERS>;
@group(0) @binding(4) var<storage, read_write> y: array<Output, Y_QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  convolve(linearIndex(workgroupId, localIndex));
}
