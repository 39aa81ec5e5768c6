// y[i] = combineCodes(a[i], b[i]) on int8 codes of one shape.
// One invocation per quad.
//#import linear-index
//#import codes
//#import codes-sum
const QUADS: u32 = 1;

@group(0) @binding(1) var<storage, read> a: array<u32, QUADS>;
@group(0) @binding(2) var<storage, read> b: array<u32, QUADS>;
@group(0) @binding(3) var<storage, read_write> y: array<u32, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  y[index] = packCodes(combineCodes(unpackCodes(a[index]), unpackCodes(b[index])));
}
