// Pixels seen through a projective map M from target to source coordinates (pixel i covers [i, i + 1)):
// y[p] = Σ x[q] · w(q) / Σ w(q) around M(p), w the product of two triangles as wide as one target pixel is in the source,
// at least one source pixel (bilinear) and at most MAX_SUPPORT. Source pixels outside the image have the background.
// One invocation per target pixel. Sizes are parameters, so that one pipeline serves all images.
const MAX_SUPPORT: f32 = 32.0;

struct Params {
  width: u32,
  height: u32,
  sourceWidth: u32,
  sourceHeight: u32,
  // Words from one row of the source to the next.
  sourcePitch: u32,
  // Four bytes, lowest first, in the order of the source.
  background: u32,
  // M by columns.
  m0: f32,
  m1: f32,
  m2: f32,
  m3: f32,
  m4: f32,
  m5: f32,
  m6: f32,
  m7: f32,
  m8: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
// Rows of `width` pixels.
@group(0) @binding(2) var<storage, read_write> warped: array<u32>;

fn bytesOf(pixel: u32) -> vec4<f32> {
  return vec4<f32>((vec4<u32>(pixel) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(0xffu));
}

fn sourcePixel(x: i32, y: i32) -> vec4<f32> {
  if (x < 0 || y < 0 || x >= i32(params.sourceWidth) || y >= i32(params.sourceHeight)) {
    return bytesOf(params.background);
  }
  return bytesOf(source[u32(y) * params.sourcePitch + u32(x)]);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.width || id.y >= params.height) {
    return;
  }
  let pixel = vec3<f32>(f32(id.x) + 0.5, f32(id.y) + 0.5, 1.0);
  let u = dot(vec3<f32>(params.m0, params.m3, params.m6), pixel);
  let v = dot(vec3<f32>(params.m1, params.m4, params.m7), pixel);
  let w = dot(vec3<f32>(params.m2, params.m5, params.m8), pixel);
  let position = vec2<f32>(u, v) / w;
  // How far the position moves in the source with one step in x and one in y: the map's derivative.
  let alongX = (vec2<f32>(params.m0, params.m1) - position * params.m2) / w;
  let alongY = (vec2<f32>(params.m3, params.m4) - position * params.m5) / w;
  let support = clamp(sqrt(alongX * alongX + alongY * alongY), vec2<f32>(1.0), vec2<f32>(MAX_SUPPORT));
  // Pixel q has its center at q + ½.
  let center = position - 0.5;
  var color = bytesOf(params.background);
  // Behind the horizon of the map, or so far away that its neighbours could not be counted, there is no image.
  if (w > 0.0 && abs(center.x) < 1e6 && abs(center.y) < 1e6) {
    let first = vec2<i32>(ceil(center - support));
    let last = vec2<i32>(floor(center + support));
    var sum = vec4<f32>(0.0);
    var total = 0.0;
    for (var y = first.y; y <= last.y; y++) {
      let weightY = max(0.0, 1.0 - abs(f32(y) - center.y) / support.y);
      for (var x = first.x; x <= last.x; x++) {
        let weight = weightY * max(0.0, 1.0 - abs(f32(x) - center.x) / support.x);
        sum += sourcePixel(x, y) * weight;
        total += weight;
      }
    }
    color = sum / total;
  }
  let bytes = vec4<u32>(color + 0.5);
  warped[id.y * params.width + id.x] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
}
