// Int8 engine: integers carried exactly in float32, for sums that the host knows to stay within ±2²⁴ with their bias, so that
// they need never become integers. Scaled as in engine-f32-exact: operands by 2²⁴, sums and totals by 2⁴⁸.
alias Word = u32;
alias Operand = vec4<f32>;
alias Sum = f32;
alias Total = f32;

fn operand(word: Word) -> Operand {
  let bytes = (word * vec4<u32>(0x1000000u, 0x10000u, 0x100u, 1u)) & vec4<u32>(0xff000000u);
  return vec4<f32>(bitcast<vec4<i32>>(bytes));
}

fn multiplyAdd(sum: Sum, a: Operand, b: Operand) -> Sum {
  return sum + dot(a, b);
}

fn sumToTotal(sum: Sum) -> Total {
  return sum;
}
