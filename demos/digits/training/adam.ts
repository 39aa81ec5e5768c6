import type { Numbers } from './backpropagation.ts';

/**
 * The Adam optimizer: steps along the running mean of the gradient over the root of the running mean of its square.
 * @see Kingma and Ba 2015, arXiv:1412.6980
 * @returns a function that updates the weights in place
 */
export function createAdam(weights: Numbers): (gradients: Readonly<Numbers>, learningRate: number) => void {
  const [meanDecay, squareDecay, epsilon] = [0.9, 0.999, 1e-8];
  const zeros = (): Numbers =>
    Object.fromEntries(Object.entries(weights).map(([name, { length }]) => [name, new Float32Array(length)]));
  const [means, squares] = [zeros(), zeros()];
  let step = 0;
  return (gradients, learningRate) => {
    step++;
    const meanCorrection = 1 - meanDecay ** step;
    const squareCorrection = 1 - squareDecay ** step;
    for (const [name, weight] of Object.entries(weights)) {
      const [gradient, mean, square] = [gradients[name], means[name], squares[name]];
      for (let index = 0; index < weight.length; index++) {
        mean[index] = meanDecay * mean[index] + (1 - meanDecay) * gradient[index];
        square[index] = squareDecay * square[index] + (1 - squareDecay) * gradient[index] ** 2;
        weight[index] -=
          (learningRate * (mean[index] / meanCorrection)) / (Math.sqrt(square[index] / squareCorrection) + epsilon);
      }
    }
  };
}
