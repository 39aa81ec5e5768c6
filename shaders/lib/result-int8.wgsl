// Four int8 codes as they are stored.
//#import codes
alias Result = u32;

fn packResult(values: vec4<i32>) -> Result {
  return packCodes(values);
}
