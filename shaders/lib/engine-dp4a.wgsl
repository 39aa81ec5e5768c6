// Int8 engine: the four-way dot product of packed codes. Every engine gives the same integers.
alias Word = u32;
alias Operand = u32;
alias Sum = i32;
alias Total = i32;

fn operand(word: Word) -> Operand {
  return word;
}

// sum + Σ a·b over the four codes.
fn multiplyAdd(sum: Sum, a: Operand, b: Operand) -> Sum {
  return sum + dot4I8Packed(a, b);
}

fn sumToTotal(sum: Sum) -> Total {
  return sum;
}
