// y[i] = combineCodes(a[j], b[k]) on int8 codes, j and k being the elements that broadcast to i.
// One invocation per quad of the result.
//#import linear-index
//#import broadcast
//#import codes
//#import codes-sum
const A_QUADS: u32 = 1;
const B_QUADS: u32 = 1;
const QUADS: u32 = 1;

@group(0) @binding(1) var<storage, read> a: array<u32, A_QUADS>;
@group(0) @binding(2) var<storage, read> b: array<u32, B_QUADS>;
@group(0) @binding(3) var<storage, read_write> y: array<u32, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let at = operandQuads(index);
  let quadA = unpackCodes(a[at.x]);
  let quadB = unpackCodes(b[at.y]);
  let valuesA = select(quadA, quadA.xxxx, A_REPEATS_CHANNEL == 1u);
  let valuesB = select(quadB, quadB.xxxx, B_REPEATS_CHANNEL == 1u);
  y[index] = packCodes(combineCodes(valuesA, valuesB));
}
