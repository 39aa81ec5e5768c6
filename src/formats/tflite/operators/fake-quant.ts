import { FormatError } from '../../../errors.ts';
import { perTensor } from '../../../tensor/quantization.ts';
import { type OperatorFamily, optionsSchema, type Step } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schema = optionsSchema(58, 'FakeQuantOptions', { min: 0, max: 1, num_bits: 2, narrow_range: 3 });

/**
 * FAKE_QUANT of quantization-aware training: numbers as codes of so many bits would have them. The range is moved a little,
 * so that 0 has a code.
 */
export const fakeQuant: OperatorFamily = {
  types: ['FAKE_QUANT'],
  inputCount: [1, 1],
  read(operator) {
    requireSameType(operator, operator.inputs);
    if (operator.output.type !== 'FLOAT32') throw operator.unsupported(`values of type ${operator.output.type}`);
    const options = operator.options(schema);
    const [min, max, bits] = [options.float32('min'), options.float32('max'), options.int32('num_bits')];
    if (!(min <= 0 && max >= 0 && max > min && max - min < Infinity) || bits < 2 || bits > 16) {
      throw new FormatError(
        `tflite: ${operator.where}: ${bits} bits from ${min} to ${max}. There must be 2 to 16, for a range with 0 in it.`,
      );
    }
    // The lowest code is not 0, but the least of those that values have.
    const isByte = bits <= 8;
    const lowest = isByte ? -128 : -32768;
    const low = lowest + (options.boolean('narrow_range') ? 1 : 0);
    const high = lowest + 2 ** bits - 1;
    const scale = Math.fround((max - min) / (high - low));
    const zeroPoint = Math.min(high, Math.max(low, Math.round(low - min / scale)));
    const codes = { dtype: isByte ? 'int8' : 'int32', quantization: perTensor(scale, zeroPoint) } as const;
    const steps: Step[] = [
      { op: 'quantize', attributes: { range: [low, high] }, operands: [{ input: 0 }], results: [codes] },
      { op: 'dequantize', attributes: {}, operands: [{ step: 0 }], results: [{ dtype: 'float32' }] },
    ];
    return () => ({ steps, outputs: [1] });
  },
};
