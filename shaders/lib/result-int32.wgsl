// Four int32 values as they are stored.
alias Result = vec4<i32>;

fn packResult(values: vec4<i32>) -> Result {
  return values;
}
