// Int8 engine: shifts and 32-bit integer products; needs nothing of the device. Every engine gives the same integers.
alias Word = u32;
alias Operand = vec4<i32>;
alias Sum = i32;
alias Total = i32;

fn operand(word: Word) -> Operand {
  return vec4<i32>(bitcast<i32>(word << 24u), bitcast<i32>(word << 16u), bitcast<i32>(word << 8u), bitcast<i32>(word)) >> vec4<u32>(24u);
}

// sum + Σ a·b over the four codes.
fn multiplyAdd(sum: Sum, a: Operand, b: Operand) -> Sum {
  return sum + dot(a, b);
}

fn sumToTotal(sum: Sum) -> Total {
  return sum;
}
