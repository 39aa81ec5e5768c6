// The largest of some int8 codes, as a code of the output.
//#import values-int8
//#import recode
const LOWEST: i32 = -128;

fn finish(largest: vec4<i32>) -> Quad {
  return packCodes(recode(largest));
}
