// Float32 under the same names as the int8 engines.
alias Word = vec4<f32>;
alias Operand = vec4<f32>;
alias Sum = f32;
alias Total = f32;

fn operand(word: Word) -> Operand {
  return word;
}

fn multiplyAdd(sum: Sum, a: Operand, b: Operand) -> Sum {
  return sum + dot(a, b);
}

fn sumToTotal(sum: Sum) -> Total {
  return sum;
}
