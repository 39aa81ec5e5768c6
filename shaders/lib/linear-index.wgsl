// Numbers the invocations (or the workgroups) of a launch that was folded to two dimensions by linearDispatch.
const WORKGROUPS_X: u32 = 1;
const WORKGROUP_SIZE: u32 = 64;

fn linearGroup(workgroupId: vec3<u32>) -> u32 {
  return workgroupId.y * WORKGROUPS_X + workgroupId.x;
}

fn linearIndex(workgroupId: vec3<u32>, localIndex: u32) -> u32 {
  return linearGroup(workgroupId) * WORKGROUP_SIZE + localIndex;
}
