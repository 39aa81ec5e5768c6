// y[n, oy, ox, c] = finish(max over the window of x[n, iy, ix, c]), int8 or float32; padding is not part of the window.
// One invocation per quad of the output.
//#import linear-index
//#import pool-window
//#import max-int8

@group(0) @binding(1) var<storage, read> x: array<Quad, X_QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad, Y_QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= Y_QUADS) {
    return;
  }
  let window = windowAt(index);
  var largest = vec4<Value>(LOWEST);
  for (var windowY = 0u; windowY < REACH_Y; windowY++) {
    let row = window.top + windowY;
    if (row < window.bottom) {
      for (var windowX = 0u; windowX < REACH_X; windowX++) {
        let column = window.left + windowX;
        if (column < window.right) {
          largest = max(largest, unpackQuad(x[quadAt(window, row, column)]));
        }
      }
    }
  }
  y[index] = finish(largest);
}
