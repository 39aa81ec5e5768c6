// y[r, c] = x[r, c] · (bias + alpha · Σ x[r, k]²)^−beta, over the k of the row no further than RADIUS from c.
// One invocation per quad.
//#import linear-index
const QUADS: u32 = 1;
const CHANNELS: u32 = 1;
const RADIUS: u32 = 0;
const BIAS: f32 = 1.0;
const ALPHA: f32 = 1.0;
const BETA: f32 = 0.5;

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>, QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  let rowQuads = (CHANNELS + 3u) / 4u;
  let first = index % rowQuads * 4u;
  var sums = vec4<f32>();
  for (var i = 0u; i < 2u * RADIUS + 4u; i++) {
    // Wraps around below the row, far beyond its end.
    let channel = first + i - RADIUS;
    if (channel < CHANNELS) {
      let value = x[index - index % rowQuads + channel / 4u][channel % 4u];
      // The places within the reach of each lane; what is before it wraps around, too.
      let isNear = vec4<u32>(i) - vec4<u32>(0u, 1u, 2u, 3u) <= vec4<u32>(2u * RADIUS);
      sums += select(vec4<f32>(), vec4<f32>(value * value), isNear);
    }
  }
  y[index] = x[index] * exp2(-BETA * log2(BIAS + ALPHA * sums));
}
