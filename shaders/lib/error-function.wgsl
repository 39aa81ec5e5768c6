// Error function, to 1.5·10⁻⁷ (Abramowitz and Stegun 1964, formula 7.1.26).
fn errorFunction(x: vec4<f32>) -> vec4<f32> {
  let magnitude = min(abs(x), vec4<f32>(9.0));
  let t = 1.0 / (1.0 + 0.3275911 * magnitude);
  let polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return sign(x) * (1.0 - polynomial * exp(-magnitude * magnitude));
}
