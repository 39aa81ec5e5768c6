// Quads stored as float16, two numbers in a word. Packing and unpacking is core WGSL: no device needs shader-f16 for it.
fn unpackHalves(quad: vec2<u32>) -> vec4<f32> {
  return vec4<f32>(unpack2x16float(quad.x), unpack2x16float(quad.y));
}

// A number beyond the largest float16 becomes that: what packing makes of it is indeterminate.
fn packHalves(values: vec4<f32>) -> vec2<u32> {
  let within = clamp(values, vec4<f32>(-65504.0), vec4<f32>(65504.0));
  return vec2<u32>(pack2x16float(within.xy), pack2x16float(within.zw));
}
