// Copies: target[i] = source[i].
// One invocation copies ITEMS items, a workgroup's size apart, so that adjacent invocations touch adjacent items. COUNT is
// a multiple of what a workgroup copies.
//#import linear-index
const COUNT: u32 = 64;
const ITEMS: u32 = 1;

@group(0) @binding(1) var<storage, read> source: array<vec4<u32>, COUNT>;
@group(0) @binding(2) var<storage, read_write> copied: array<vec4<u32>, COUNT>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let first = linearGroup(workgroupId) * WORKGROUP_SIZE * ITEMS + localIndex;
  if (first >= COUNT) {
    return;
  }
  for (var i = 0u; i < ITEMS; i++) {
    copied[first + i * WORKGROUP_SIZE] = source[first + i * WORKGROUP_SIZE];
  }
}
