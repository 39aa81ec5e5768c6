// Weights of a float32 layer stored as float16; every device can unpack them.
alias WeightWord = vec2<u32>;

fn weightOperand(word: WeightWord) -> Operand {
  return vec4<f32>(unpack2x16float(word.x), unpack2x16float(word.y));
}
