import lookupInt8 from '../../../shaders/lookup-int8.wgsl';
import unaryFloat from '../../../shaders/unary-float.wgsl';
import { codeRange } from '../../tensor/dtype.ts';
import { clamp, dequantizeValue, largestFloat32, type Quantization, quantizeValue } from '../../tensor/quantization.ts';
import { emptyTensor } from '../../tensor/tensor.ts';
import { defineOp, type Kernel, type OpContext, type OpDefinition } from '../define-op.ts';
import { codeTableBinding } from './code-table.ts';
import { elementwisePartition, unaryDispatch } from './elementwise.ts';
import { computesOnCodes, everyDType, operand, operandType, tensorQuantization } from './operands.ts';
import { reorderElementwise } from './reorder.ts';

/** A function of one real number, applied to every element of a tensor. */
export interface UnaryFunction<A> {
  readonly name: string;
  /** The function in double precision. */
  readonly evaluate: (x: number, attributes: A) => number;
  /** New values of the constants of `shaders/lib/function-<name>.wgsl`, which computes it on floats. */
  readonly constants?: (attributes: A) => Readonly<Record<string, number>>;
  readonly operationsPerElement: number;
  /** Of the output, where all results lie in a known range; else it is calibrated. */
  readonly quantization?: Quantization;
}

/**
 * Declares the op of a function of one number. On 8-bit codes every code is dequantized, mapped and quantized again; the
 * device reads the 256 results from a table, so they are the same on every device. Where the function has no value (the
 * logarithm of a negative number) the result is the lowest code; infinities saturate.
 */
export function defineUnaryOp<A extends object>(unary: UnaryFunction<A>): OpDefinition<A> {
  const { name, evaluate, constants, operationsPerElement, quantization = 'calibrated' } = unary;
  const int8: Kernel<A> = {
    name: 'lookup-int8',
    accepts: (context) => everyDType(context, 'int8'),
    dispatch(context) {
      const map = codeMap(unary, context);
      return unaryDispatch(context, {
        op: name,
        shader: lookupInt8,
        bindings: [codeTableBinding((code) => map(code, codeRange('int8')))],
        operationsPerElement: 1,
      });
    },
  };
  const float: Kernel<A> = {
    name: 'unary-float',
    accepts: (context) => everyDType(context, 'float32'),
    dispatch: (context) =>
      unaryDispatch(context, {
        op: name,
        shader: unaryFloat,
        imports: { 'function-exp': `function-${name}` },
        constants: constants?.(context.attributes),
        operationsPerElement,
      }),
  };
  return defineOp<A>({
    name,
    quantization: { output: quantization },
    inferShape: (context) => [operandType(name, context, 0).shape],
    reference(context, inputs) {
      const x = operand(name, context, inputs, 0);
      const y = emptyTensor(context.outputs[0]);
      if (computesOnCodes(name, context)) {
        const map = codeMap(unary, context);
        const range = codeRange(y.dtype as 'int8' | 'uint8');
        for (let i = 0; i < x.data.length; i++) y.data[i] = map(x.data[i], range);
      } else {
        for (let i = 0; i < x.data.length; i++) y.data[i] = evaluate(x.data[i], context.attributes);
      }
      return [y];
    },
    kernels: [int8, float],
    partition: elementwisePartition(),
    reorder: reorderElementwise,
  });
}

type CodeMap = (code: number, range: readonly [number, number]) => number;

function codeMap<A>({ name, evaluate }: UnaryFunction<A>, context: OpContext<A>): CodeMap {
  const input = tensorQuantization(name, context.name, operandType(name, context, 0));
  const output = tensorQuantization(name, context.name, context.outputs[0]);
  return (code, [low, high]) => {
    const real = dequantizeValue(code, input.scales[0], input.zeroPoints[0]);
    const result = evaluate(real, context.attributes);
    if (Number.isNaN(result)) return low;
    const bounded = clamp(result, -largestFloat32, largestFloat32);
    return quantizeValue(bounded, output.scales[0], output.zeroPoints[0], low, high);
  };
}
