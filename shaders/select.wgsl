// y[i] = condition[l] ≠ 0 ? a[j] : b[k], j, k and l being the elements that broadcast to i; int8, or any type of 32 bits.
// One invocation per quad of the result.
//#import linear-index
//#import broadcast
//#import values-float
//#import choose-numbers
const A_QUADS: u32 = 1;
const B_QUADS: u32 = 1;
const C_QUADS: u32 = 1;
const QUADS: u32 = 1;
const C_STRIDE_0: u32 = 0;
const C_STRIDE_1: u32 = 0;
const C_STRIDE_2: u32 = 0;
const C_STRIDE_3: u32 = 0;
const C_REPEATS_CHANNEL: u32 = 0;

@group(0) @binding(1) var<storage, read> condition: array<vec4<i32>, C_QUADS>;
@group(0) @binding(2) var<storage, read> a: array<Quad, A_QUADS>;
@group(0) @binding(3) var<storage, read> b: array<Quad, B_QUADS>;
@group(0) @binding(4) var<storage, read_write> y: array<Quad, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let at = operandQuads(index);
  let quadA = unpackQuad(a[at.x]);
  let quadB = unpackQuad(b[at.y]);
  let quadC = condition[operandQuad(index, vec4<u32>(C_STRIDE_0, C_STRIDE_1, C_STRIDE_2, C_STRIDE_3), C_REPEATS_CHANNEL)];
  let valuesA = select(quadA, quadA.xxxx, A_REPEATS_CHANNEL == 1u);
  let valuesB = select(quadB, quadB.xxxx, B_REPEATS_CHANNEL == 1u);
  let valuesC = select(quadC, quadC.xxxx, C_REPEATS_CHANNEL == 1u);
  y[index] = choose(valuesA, valuesB, valuesC != vec4<i32>(0));
}
