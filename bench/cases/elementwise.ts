import { perTensor } from '../../src/tensor/quantization.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { activation, type CaseInput, type KernelCase, result } from './kernel-case.ts';

/** A feature map of MobileNetV2, and two that leave caches. */
const shapes: readonly Shape[] = [
  [1, 56, 56, 24],
  [1, 1024, 1024],
  [1, 4096, 4096],
];

/** Rows of probabilities: one of ImageNet's classes, and a batch of attention rows. */
const softmaxShapes: readonly Shape[] = [
  [1, 1001],
  [1024, 1024],
];

const probability = { dtype: 'int8', quantization: perTensor(1 / 256, -128) } as const;

function elementwise(
  name: string,
  op: string,
  inputs: readonly CaseInput[],
  output: KernelCase['output'],
  attributes = {},
) {
  const { shape } = inputs[0];
  return { name: `${name}/${shape.join('x')}`, op, attributes, inputs, output, multiplyAdds: 0 };
}

/** Kernels that compute little for what they read and write. */
export const elementwiseCases: readonly KernelCase[] = [
  ...shapes.flatMap((shape) => {
    const int8 = activation('int8', shape);
    const float = activation('float32', shape);
    return [
      elementwise('quantize/float32', 'quantize', [float], result('int8')),
      elementwise('quantize/int8', 'quantize', [int8], result('int8')),
      elementwise('dequantize/int8', 'dequantize', [int8], result('float32')),
      elementwise('add/int8', 'add', [int8, int8], result('int8'), { activation: 'none' }),
      elementwise('add/float32', 'add', [float, float], result('float32'), { activation: 'none' }),
    ];
  }),
  ...softmaxShapes.flatMap((shape) => [
    elementwise('softmax/int8', 'softmax', [activation('int8', shape)], probability, { beta: 1 }),
    elementwise('softmax/float32', 'softmax', [activation('float32', shape)], result('float32'), { beta: 1 }),
  ]),
];
