// Takes the place of clamp-float where there is no activation: integers have none.
fn clampValues(values: vec4<i32>) -> vec4<i32> {
  return values;
}
