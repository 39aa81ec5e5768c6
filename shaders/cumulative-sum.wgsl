// y[o, k, i] = Σ x[o, j, i] over the j up to k, or before it; from the end where that is asked for. Float32 or int32.
// One invocation walks a column of quads along the axis; along the last axis, a row.
//#import linear-index
alias Value = f32;
const LINES: u32 = 1;
// Quads of a line, and how many lines lie between two of them.
const LENGTH: u32 = 1;
const INNER: u32 = 1;
// Elements of a row where lines are rows, else 0.
const ROW: u32 = 0;
const IS_EXCLUSIVE: u32 = 0;
const IS_REVERSED: u32 = 0;

const QUADS: u32 = LINES * LENGTH;

@group(0) @binding(1) var<storage, read> x: array<vec4<Value>, QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Value>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let line = linearIndex(workgroupId, localIndex);
  if (line >= LINES) {
    return;
  }
  let isRow = ROW > 0u;
  let turnsRow = isRow && IS_REVERSED == 1u;
  var before = vec4<Value>();
  for (var step = 0u; step < LENGTH; step++) {
    let k = select(step, LENGTH - 1u - step, IS_REVERSED == 1u);
    let at = (line / INNER * LENGTH + k) * INNER + line % INNER;
    let isElement = vec4<u32>(k * 4u) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(ROW);
    let values = select(x[at], select(vec4<Value>(), x[at], isElement), isRow);
    let ordered = select(values, values.wzyx, turnsRow);
    let pairs = ordered + vec4<Value>(Value(), ordered.xyz);
    let inQuad = pairs + vec4<Value>(Value(), Value(), pairs.xy);
    let sums = before + select(ordered, inQuad, isRow);
    let earlier = select(before, before + vec4<Value>(Value(), inQuad.xyz), isRow);
    let result = select(sums, earlier, IS_EXCLUSIVE == 1u);
    y[at] = select(result, result.wzyx, turnsRow);
    before = select(sums, sums.wwww, isRow);
  }
}
