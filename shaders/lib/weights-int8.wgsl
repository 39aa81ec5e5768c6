// Weights of a float32 layer stored as int8 codes; the sums are scaled at the end.
//#import codes
alias WeightWord = u32;

fn weightOperand(word: WeightWord) -> Operand {
  return vec4<f32>(unpackCodes(word));
}
