/** A distribution in the few numbers that a report needs. */
export interface Summary {
  readonly median: number;
  /** First and third quartile. */
  readonly lower: number;
  readonly upper: number;
  readonly least: number;
  readonly count: number;
}

/**
 * The value that a share of the samples does not exceed, interpolated linearly between neighbours.
 * @param sorted at least one sample, ascending
 * @param share 0 to 1
 * @see Hyndman and Fan 1996, definition 7
 */
export function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

export function summarize(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    lower: quantile(sorted, 0.25),
    upper: quantile(sorted, 0.75),
    least: sorted[0],
    count: sorted.length,
  };
}
