// Adds the residual, a tensor of the same shape, to the codes.
//#import add-codes
@group(0) @binding(5) var<storage, read> residual: array<u32, Y_QUADS>;

fn finish(codes: vec4<i32>, index: u32) -> u32 {
  return packCodes(addCodes(codes, unpackCodes(residual[index])));
}
