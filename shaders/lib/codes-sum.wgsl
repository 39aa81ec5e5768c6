// The sum of two numbers in codes.
//#import add-codes
fn combineCodes(a: vec4<i32>, b: vec4<i32>) -> vec4<i32> {
  return addCodes(a, b);
}
