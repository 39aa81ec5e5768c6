// Int8 depthwise convolution:
// y[n,oy,ox,c] = clamp(requantize(bias[c] + Σ (x[n, oy·sy + ky·dy − top, ox·sx + kx·dx − left, c] − zx)·(w[ky,kx,c] − zw)) + zy)
// Thread mapping: see lib/depthwise.
//#import engine-scalar
//#import depthwise
//#import output-int8
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const WEIGHT_WORDS: u32 = 1;
const PARAMETER_QUADS: u32 = 4;
// What a tap outside of the image reads: the input zero point in all four codes.
const PADDING_WORD: u32 = 0;

@group(0) @binding(1) var<storage, read> x: array<Word, X_QUADS>;
@group(0) @binding(2) var<storage, read> weights: array<Word, WEIGHT_WORDS>;
@group(0) @binding(3) var<storage, read> parameters: array<vec4<Total>, PARAMETER_QUADS>;
@group(0) @binding(4) var<storage, read_write> y: array<Word, Y_QUADS>;

// Zero points of the weights, to be subtracted from each.
fn weightOffsets(channels: Channels) -> Operand {
  return operand(packCodes(channels.weightZeroPoints));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  convolveDepthwise(linearIndex(workgroupId, localIndex));
}
