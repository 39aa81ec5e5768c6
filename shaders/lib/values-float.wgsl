// A quad as kernels that compute on its elements see it: four numbers of 32 bits, float32 unless the host says otherwise.
alias Value = f32;
alias Quad = vec4<Value>;

fn unpackQuad(quad: Quad) -> vec4<Value> {
  return quad;
}

fn packQuad(values: vec4<Value>) -> Quad {
  return values;
}
