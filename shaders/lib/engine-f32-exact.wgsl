// Int8 engine: integers carried exactly in float32. A sum of 1024 products stays within 2²⁴ · 2⁴⁸, where every multiple
// of 2⁴⁸ is a float32, so neither rounding nor contraction nor order can change it; longer sums go through Total.
// Codes stay in the top byte, 2²⁴ times too large: that costs a product, a mask and a conversion, but no shift, which
// some devices do one lane at a time.
alias Word = u32;
alias Operand = vec4<f32>;
alias Sum = f32;
alias Total = i32;

fn operand(word: Word) -> Operand {
  let bytes = (word * vec4<u32>(0x1000000u, 0x10000u, 0x100u, 1u)) & vec4<u32>(0xff000000u);
  return vec4<f32>(bitcast<vec4<i32>>(bytes));
}

// sum + Σ a·b over the four codes, times 2⁴⁸.
fn multiplyAdd(sum: Sum, a: Operand, b: Operand) -> Sum {
  return sum + dot(a, b);
}

fn sumToTotal(sum: Sum) -> Total {
  return i32(sum * 0x1p-48f);
}
