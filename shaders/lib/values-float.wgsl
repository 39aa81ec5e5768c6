// A quad as kernels that compute on its elements see it: four float32 numbers.
alias Quad = vec4<f32>;
alias Value = f32;

fn unpackQuad(quad: Quad) -> vec4<Value> {
  return quad;
}
