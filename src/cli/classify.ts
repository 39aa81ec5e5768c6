import { dequantizeTensor, type Tensor } from '../node/index.ts';

/** One class of a classification. */
export interface ClassScore {
  readonly index: number;
  /** Absent without a label file, or where it has no line for the class. */
  readonly label?: string;
  /** The output's real number; of equal ones the lower index comes first. */
  readonly score: number;
}

/** How far from 1 a softmax's results may sum to; each may be half a step off besides. */
const probabilitySlack = 0.1;

/** Whether the output is one number for each of several classes. */
export function isClassification({ shape }: Tensor): boolean {
  const classes = shape.at(-1) ?? 1;
  return classes > 1 && shape.slice(0, -1).every((size) => size === 1);
}

/** Whether the numbers could be probabilities: not negative, with a sum of about 1. */
export function isDistribution(tensor: Tensor): boolean {
  const values = dequantizeTensor(tensor).data;
  const sum = values.reduce((total, value) => total + value, 0);
  const rounding = (values.length * (tensor.quantization?.scales[0] ?? 0)) / 2;
  return values.every((value) => value >= 0 && value <= 1) && Math.abs(sum - 1) <= probabilitySlack + rounding;
}

/** The classes with the highest scores, highest first. */
export function topClasses(tensor: Tensor, count: number, labels: readonly string[] | undefined): ClassScore[] {
  const values = dequantizeTensor(tensor).data;
  const order = Array.from(values, (_, index) => index).sort((a, b) => values[b] - values[a] || a - b);
  return order.slice(0, count).map((index) => {
    const label = labels?.[index];
    return { index, ...(label !== undefined && label !== '' && { label }), score: values[index] };
  });
}
