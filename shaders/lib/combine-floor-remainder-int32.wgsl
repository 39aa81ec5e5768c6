// What is left of a division of integers rounded down; a where b is 0. WGSL rounds towards zero.
fn combine(a: vec4<i32>, b: vec4<i32>) -> vec4<i32> {
  let remainder = a - a / b * b;
  let isBelow = (remainder != vec4<i32>(0)) & ((remainder < vec4<i32>(0)) != (b < vec4<i32>(0)));
  return select(remainder, remainder + b, isBelow);
}
