// Reads and writes next to nothing: each invocation combines ITEMS items and would store the result only if it were all
// ones, which no compiler can rule out.
// One invocation reads ITEMS items, a workgroup's size apart, so that adjacent invocations touch adjacent items. COUNT is
// a multiple of what a workgroup reads.
//#import linear-index
const COUNT: u32 = 64;
const ITEMS: u32 = 1;

@group(0) @binding(1) var<storage, read> source: array<vec4<u32>, COUNT>;
@group(0) @binding(2) var<storage, read_write> found: array<vec4<u32>, 1>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let first = linearGroup(workgroupId) * WORKGROUP_SIZE * ITEMS + localIndex;
  if (first >= COUNT) {
    return;
  }
  var combined = vec4<u32>(0u);
  for (var i = 0u; i < ITEMS; i++) {
    combined |= source[first + i * WORKGROUP_SIZE];
  }
  if (all(combined == vec4<u32>(0xffffffffu))) {
    found[0] = combined;
  }
}
