// A quad as kernels that compute on its elements see it: int8 codes, summed in int32.
//#import codes
alias Quad = u32;
alias Value = i32;

fn unpackQuad(quad: Quad) -> vec4<Value> {
  return unpackCodes(quad);
}

fn packQuad(values: vec4<Value>) -> Quad {
  return packCodes(values);
}
