import type { VariantReport } from '../measure/report.ts';

export function chosenVariant(variants: readonly VariantReport[]): VariantReport | undefined {
  return variants.find(({ isChosen }) => isChosen);
}

/** By the median. */
export function fastestVariant(variants: readonly VariantReport[]): VariantReport | undefined {
  return variants.reduce<VariantReport | undefined>(
    (best, next) => (best === undefined || next.seconds.median < best.seconds.median ? next : best),
    undefined,
  );
}
