import { elementCount, quadCount, sameShape, type Shape } from '../../tensor/shape.ts';
import type { OpUse } from '../op-use.ts';
import { absent, type Operand, type OperatorReader, reshapeTo, type Step, type Steps } from './operator.ts';

/** How the input of a layer with float activations and int8 weights is quantized. */
export interface DynamicRange {
  /** Leading axes of the input whose indices have scales of their own. */
  readonly leading: number;
  /** Codes ±127 without zero point. */
  readonly isSymmetric: boolean;
}

interface WeightedLayer {
  readonly layer: OpUse;
  /** Shape of the operator's input, and of what the layer reads of it, which has the same elements. */
  readonly input: Shape;
  readonly x: Shape;
  /** Undefined where the input is not to be quantized. */
  readonly dynamic: DynamicRange | undefined;
  /** Whether the weights are the operator's second input transposed. */
  readonly turnsWeights?: boolean;
}

/** A range is looked at in as many parts as have about this many quads each; whoever joins them reads all. */
const partQuads = 512;
const maxParts = 64;

/** The nodes of an operator whose inputs are x, weights and a bias. */
export function weightedLayer(operator: OperatorReader, spec: WeightedLayer): Steps {
  const { layer, input, x, dynamic, turnsWeights = false } = spec;
  const steps: Step[] = [];
  const add = (step: Step): Operand => {
    steps.push(step);
    return { step: steps.length - 1 };
  };
  const values = sameShape(input, x) ? { input: 0 } : add({ ...reshapeTo(x), operands: [{ input: 0 }] });
  const turn: Step = { op: 'transpose', attributes: { permutation: [1, 0] }, operands: [{ input: 1 }] };
  const weights = turnsWeights ? add(turn) : { input: 1 };
  const bias = biasOf(operator, add);
  if (dynamic === undefined) {
    add({ ...layer, operands: [values, weights, ...(bias === absent ? [] : [bias])] });
    return { steps, outputs: [steps.length - 1] };
  }
  const { codes, scales } = dynamicCodes(values, x, dynamic, add);
  add({ ...layer, operands: [codes, weights, bias, absent, scales] });
  return { steps, outputs: [steps.length - 1] };
}

/** What a layer with int8 weights reads instead of numbers: their codes, and the scales that were found for them. */
export function dynamicCodes(
  values: Operand,
  x: Shape,
  { leading, isSymmetric }: DynamicRange,
  add: (step: Step) => Operand,
): Readonly<Record<'codes' | 'scales', Operand>> {
  const quads = quadCount(x) / elementCount(x.slice(0, leading));
  const parts = Math.min(Math.ceil(quads / partQuads), maxParts);
  const ranges = add({ op: 'min-max', attributes: { leading, parts }, operands: [values] });
  const scales = add({ op: 'dynamic-scale', attributes: { isSymmetric }, operands: [ranges] });
  const results = [{ dtype: 'int8' }] as const;
  return {
    scales,
    codes: add({ op: 'dynamic-quantize', attributes: {}, operands: [values, scales], results }),
  };
}

/** 32-bit codes are right for 8-bit activations; 16-bit ones are computed with as real numbers. */
function biasOf(operator: OperatorReader, add: (step: Step) => Operand): Operand {
  const bias = operator.inputs[2];
  if (bias === undefined) return absent;
  const isCodes = bias.type === 'INT32' && operator.output.type === 'INT16';
  if (!isCodes) return { input: 2 };
  return add({ op: 'dequantize', attributes: {}, operands: [{ input: 2 }], results: [{ dtype: 'float32' }] });
}
