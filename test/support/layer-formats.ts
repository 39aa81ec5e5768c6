import type { Quantization } from '../../src/tensor/quantization.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { elementCount, type Shape } from '../../src/tensor/shape.ts';
import type { CaseInput, OpCase } from './test-op.ts';

interface LayerSizes<A> {
  readonly name: string;
  readonly attributes: A;
  readonly x: Shape;
  readonly weights: Shape;
  /** Of the weights: the output channels. */
  readonly axis: number;
  /** Products of one output. */
  readonly products: number;
  /** Leading axes of x that have scales of their own where it is quantized at run time. */
  readonly leading: readonly number[];
}

/**
 * Float32 layers whose weights are float16 or int8, and layers whose input is quantized at run time, with and without
 * zero points.
 */
export function layerFormats<A>(sizes: LayerSizes<A>): OpCase<A>[] {
  const { name, attributes, x, weights, axis, products, leading } = sizes;
  const channels = weights[axis];
  const perChannel: Quantization = {
    scales: Array.from({ length: channels }, (_, o) => Math.fround(0.01 * (1 + (o % 7) / 7))),
    zeroPoints: Array.from({ length: channels }, () => 0),
    axis,
  };
  const perTensor: Quantization = { scales: [Math.fround(0.013)], zeroPoints: [0] };
  const shifted: Quantization = { ...perChannel, zeroPoints: perChannel.zeroPoints.map((_, o) => (o % 5) - 2) };
  const bias: CaseInput = { dtype: 'float32', shape: [channels], constant: true };
  const base = { attributes, outputs: [{ dtype: 'float32' as const }], length: products };
  const float: CaseInput = { dtype: 'float32', shape: x };
  const codes = (quantization: Quantization): CaseInput => ({
    dtype: 'int8',
    shape: weights,
    quantization,
    constant: true,
  });
  const dynamic = (kept: number, isSymmetric: boolean, quantization: Quantization): OpCase<A> => ({
    ...base,
    name: `dynamic ${name}, ${kept} leading, ${isSymmetric ? 'symmetric' : 'asymmetric'}${quantization === shifted ? ', weight zero points' : ''}`,
    inputs: [
      { dtype: 'int8', shape: x },
      codes(quantization),
      isSymmetric ? bias : undefined,
      undefined,
      scalesOf(x.slice(0, kept), isSymmetric),
    ],
  });
  return [
    {
      ...base,
      name: `float16 weights ${name}`,
      inputs: [float, { dtype: 'float16', shape: weights, constant: true }, bias],
    },
    { ...base, name: `int8 weights ${name}, per channel`, inputs: [float, codes(perChannel), bias] },
    { ...base, name: `int8 weights ${name}, per tensor`, inputs: [float, codes(perTensor)] },
    ...leading.flatMap((kept) => [dynamic(kept, true, perTensor), dynamic(kept, false, perChannel)]),
    dynamic(leading[0], false, shifted),
  ];
}

/** What dynamic-scale makes of drawn ranges. */
function scalesOf(kept: Shape, isSymmetric: boolean): CaseInput {
  const random = createRandom(elementCount(kept));
  const data = Array.from({ length: elementCount(kept) }, () => {
    const scale = Math.fround(random.uniform(0.01, 0.03));
    return [scale, Math.fround(1 / scale), isSymmetric ? 0 : random.integer(256) - 128];
  });
  return { dtype: 'float32', shape: [...kept, 3], data: data.flat() };
}
