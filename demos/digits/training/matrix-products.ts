/** The three products of a layer with weights [N, K]: forward, weight gradient, input gradient. Row-major. */

/** c[m, n] = bias[n] + Σₖ a[m, k] · b[n, k] */
export function timesTransposed(
  a: Float32Array,
  b: Float32Array,
  bias: Float32Array,
  [M, N, K]: readonly [number, number, number],
): Float32Array {
  const c = new Float32Array(M * N);
  for (let m = 0; m < M; m++) {
    const row = m * K;
    let n = 0;
    // Four columns at once read each a[m, k] once.
    for (; n + 4 <= N; n += 4) {
      const [b0, b1, b2, b3] = [n * K, (n + 1) * K, (n + 2) * K, (n + 3) * K];
      let [sum0, sum1, sum2, sum3] = [bias[n], bias[n + 1], bias[n + 2], bias[n + 3]];
      for (let k = 0; k < K; k++) {
        const value = a[row + k];
        sum0 += value * b[b0 + k];
        sum1 += value * b[b1 + k];
        sum2 += value * b[b2 + k];
        sum3 += value * b[b3 + k];
      }
      const at = m * N + n;
      c[at] = sum0;
      c[at + 1] = sum1;
      c[at + 2] = sum2;
      c[at + 3] = sum3;
    }
    for (; n < N; n++) {
      let sum = bias[n];
      for (let k = 0; k < K; k++) sum += a[row + k] * b[n * K + k];
      c[m * N + n] = sum;
    }
  }
  return c;
}

/** c[n, k] = Σₘ a[m, n] · b[m, k] */
export function transposedTimes(
  a: Float32Array,
  b: Float32Array,
  [M, N, K]: readonly [number, number, number],
): Float32Array {
  const c = new Float32Array(N * K);
  for (let m = 0; m < M; m++) addRowProducts(a, b, c, [m, N, K]);
  return c;
}

/** c[n, :] += a[m, n] · b[m, :] for every n; a ReLU leaves many a[m, n] zero. */
function addRowProducts(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  [m, N, K]: readonly [number, number, number],
): void {
  const row = m * K;
  for (let n = 0; n < N; n++) {
    const factor = a[m * N + n];
    if (factor === 0) continue;
    const target = n * K;
    for (let k = 0; k < K; k++) c[target + k] += factor * b[row + k];
  }
}

/** c[m, k] = Σₙ a[m, n] · b[n, k] */
export function times(a: Float32Array, b: Float32Array, [M, N, K]: readonly [number, number, number]): Float32Array {
  const c = new Float32Array(M * K);
  for (let m = 0; m < M; m++) {
    const target = m * K;
    for (let n = 0; n < N; n++) {
      const factor = a[m * N + n];
      if (factor === 0) continue;
      const row = n * K;
      for (let k = 0; k < K; k++) c[target + k] += factor * b[row + k];
    }
  }
  return c;
}

/** c[n] = Σₘ a[m, n] */
export function columnSums(a: Float32Array, N: number): Float32Array {
  const c = new Float32Array(N);
  for (let index = 0; index < a.length; index++) c[index % N] += a[index];
  return c;
}
