// One axis of a resize of four-byte pixels: y[i] = (Σₜ x[first(i) + t] · weight(i, t) + 2²¹) >> 22 in each byte, in
// integers, with the spans and weights that the host made (src/runtime/resample-table.ts).
// One invocation per target pixel. Sizes change with every image, so they are parameters and the arrays have no fixed
// size: one pipeline serves all images.
// 0 resizes along rows, 1 along columns.
const ALONG_COLUMNS: u32 = 0;

struct Params {
  width: u32,
  height: u32,
  // Words from one row of the source to the next.
  sourcePitch: u32,
  // Word of the source's first pixel.
  sourceOffset: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
// For each target position along the axis: first source position, count, index of the first weight.
@group(0) @binding(2) var<storage, read> spans: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<u32>;
// Rows of `width` pixels.
@group(0) @binding(4) var<storage, read_write> resized: array<u32>;

fn bytesOf(pixel: u32) -> vec4<u32> {
  return (vec4<u32>(pixel) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(0xffu);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.width || id.y >= params.height) {
    return;
  }
  let span = select(id.x, id.y, ALONG_COLUMNS == 1u) * 3u;
  let first = spans[span];
  let count = spans[span + 1u];
  let firstWeight = spans[span + 2u];
  var index = params.sourceOffset + id.y * params.sourcePitch + first;
  var stride = 1u;
  if (ALONG_COLUMNS == 1u) {
    index = params.sourceOffset + first * params.sourcePitch + id.x;
    stride = params.sourcePitch;
  }
  var sum = vec4<u32>(1u << 21u);
  for (var tap = 0u; tap < count; tap++) {
    sum += bytesOf(source[index]) * weights[firstWeight + tap];
    index += stride;
  }
  // The rounded weights may sum to a little more than one.
  let bytes = min(sum >> vec4<u32>(22u), vec4<u32>(255u));
  resized[id.y * params.width + id.x] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
}
