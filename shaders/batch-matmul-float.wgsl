// Products of float32 matrices: y[…, m, n] = clamp(bias[n] + Σₖ a[…, m, k]·b[…, k, n]). Thread mapping: see lib/products.
//#import engine-float
//#import blocks-float
//#import products
//#import output-float
const A_QUADS: u32 = 1;
const B_QUADS: u32 = 1;
const Y_QUADS: u32 = 1;
const PARAMETERS: u32 = 1;

@group(0) @binding(1) var<storage, read> a: array<Word, A_QUADS>;
@group(0) @binding(2) var<storage, read> b: array<Word, B_QUADS>;
@group(0) @binding(3) var<storage, read> parameters: array<vec4<f32>, PARAMETERS>;
@group(0) @binding(4) var<storage, read_write> y: array<Word, Y_QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  multiplyMatrices(linearIndex(workgroupId, localIndex));
}
