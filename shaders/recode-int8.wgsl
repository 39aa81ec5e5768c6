// Int8 codes of one quantization to codes of another: y[i] = clamp(requantize(x[i] − zx) + zy, low, high).
// One invocation per quad.
//#import linear-index
//#import codes
//#import recode
const QUADS: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<u32, QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<u32, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  y[index] = packCodes(recode(unpackCodes(x[index])));
}
