/** Index of the largest number of each row of `classes` numbers. */
export function predictions(probabilities: ArrayLike<number>, classes: number): number[] {
  return Array.from({ length: probabilities.length / classes }, (_, row) => {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (probabilities[row * classes + index] > probabilities[row * classes + best]) best = index;
    }
    return best;
  });
}

/** Fraction of the predictions that equal the labels. */
export function accuracy(predicted: readonly number[], labels: ArrayLike<number>): number {
  return predicted.filter((digit, index) => digit === labels[index]).length / predicted.length;
}
