// The quotient of integers, rounded down; a where b is 0. WGSL rounds towards zero.
fn combine(a: vec4<i32>, b: vec4<i32>) -> vec4<i32> {
  let quotient = a / b;
  let isBetween = quotient * b != a;
  let isNegative = (a < vec4<i32>(0)) != (b < vec4<i32>(0));
  return quotient - select(vec4<i32>(0), vec4<i32>(1), isBetween & isNegative & (b != vec4<i32>(0)));
}
