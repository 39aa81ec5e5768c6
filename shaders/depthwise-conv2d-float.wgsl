// Float32 depthwise convolution:
// y[n,oy,ox,c] = clamp(bias[c] + Σ x[n, oy·sy + ky·dy − top, ox·sx + kx·dx − left, c]·w[ky,kx,c])
// Thread mapping: see lib/depthwise.
//#import engine-float
//#import depthwise
//#import output-float
const X_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const WEIGHT_WORDS: u32 = 1;
const PARAMETERS: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<Word, X_QUADS>;
@group(0) @binding(2) var<storage, read> weights: array<WeightWord, WEIGHT_WORDS>;
@group(0) @binding(3) var<storage, read> parameters: array<vec4<f32>, PARAMETERS>;
@group(0) @binding(4) var<storage, read_write> y: array<Output, Y_QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  convolveDepthwise(linearIndex(workgroupId, localIndex));
}
