import {
  add,
  conv2d,
  dense,
  depthwiseConv2d,
  globalAveragePool2d,
  input,
  model,
  softmax,
  type Graph,
  type SymbolicValue,
} from '../../src/index.ts';

/** Expansion, output channels, repeats and first stride of each stage. @see Sandler et al. 2018, arXiv:1801.04381, table 2 */
const stages: readonly (readonly [expansion: number, channels: number, repeats: number, stride: 1 | 2])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/**
 * MobileNetV2 at 224 x 224 with drawn weights: what a run costs does not depend on their values.
 * image [1, 224, 224, 3] → probabilities [1, 1000].
 */
export function mobilenetV2(): Graph {
  const image = input('image', [1, 224, 224, 3]);
  let x = conv2d({ name: 'stem', filters: 32, size: 3, stride: 2, activation: 'relu6' })(image);
  let channels = 32;
  let block = 0;
  for (const [expansion, filters, repeats, firstStride] of stages) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const stride = repeat === 0 ? firstStride : 1;
      const y = invertedResidual(`block${block++}`, x, channels * expansion, filters, stride);
      x = stride === 1 && channels === filters ? add({ name: `block${block - 1}/add` })(y, x) : y;
      channels = filters;
    }
  }
  const features = conv2d({ name: 'head', filters: 1280, size: 1, activation: 'relu6' })(x);
  const pooled = globalAveragePool2d({ name: 'pool' })(features);
  const logits = dense({ name: 'classifier', units: 1000, initializer: 'glorot' })(pooled);
  return model({
    name: 'mobilenet-v2',
    inputs: [image],
    outputs: { probabilities: softmax({ name: 'softmax' })(logits) },
  });
}

function invertedResidual(
  name: string,
  x: SymbolicValue,
  expanded: number,
  filters: number,
  stride: 1 | 2,
): SymbolicValue {
  const wide =
    expanded === x.type.shape[3]
      ? x
      : conv2d({ name: `${name}/expand`, filters: expanded, size: 1, activation: 'relu6' })(x);
  const filtered = depthwiseConv2d({ name: `${name}/depthwise`, size: 3, stride, activation: 'relu6' })(wide);
  return conv2d({ name: `${name}/project`, filters, size: 1, initializer: 'glorot' })(filtered);
}
