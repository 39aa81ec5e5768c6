// y[i] = bit order(a[j], b[k]) of TRUTH: 1 where two numbers lie in one of some orders, else 0; j and k are the elements
// that broadcast to i. Float32, int32 or int8 codes.
// One invocation per quad of the result.
//#import linear-index
//#import broadcast
//#import values-float
//#import order-numbers
const A_QUADS: u32 = 1;
const B_QUADS: u32 = 1;
const QUADS: u32 = 1;
const TRUTH: u32 = 4;

@group(0) @binding(1) var<storage, read> a: array<Quad, A_QUADS>;
@group(0) @binding(2) var<storage, read> b: array<Quad, B_QUADS>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<i32>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let at = operandQuads(index);
  let quadA = unpackQuad(a[at.x]);
  let quadB = unpackQuad(b[at.y]);
  let valuesA = select(quadA, quadA.xxxx, A_REPEATS_CHANNEL == 1u);
  let valuesB = select(quadB, quadB.xxxx, B_REPEATS_CHANNEL == 1u);
  y[index] = vec4<i32>((vec4<u32>(TRUTH) >> order(valuesA, valuesB)) & vec4<u32>(1u));
}
