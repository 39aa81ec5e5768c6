import { add, conv2d, dense, depthwiseConv2d, flatten, type Graph, input, maxPool2d, model, softmax } from 'quadot';
import { imageSize } from './draw.ts';

/**
 * A small convolutional network: a strided stem, a depthwise-separable stage, a residual stage and a linear classifier,
 * 11,250 weights. image [batch, 28, 28, 1] (0 paper, 1 ink) → probabilities [batch, 10].
 * @param seed of the weights before training
 */
export function digitNetwork(batch: number, seed = 0): Graph {
  const image = input('image', [batch, imageSize, imageSize, 1]);
  const edges = conv2d({ name: 'stem', filters: 8, size: 3, stride: 2, activation: 'relu' })(image);
  const filtered = depthwiseConv2d({ name: 'separable/depthwise', size: 3, activation: 'relu' })(edges);
  const mixed = conv2d({ name: 'separable/pointwise', filters: 16, size: 1, activation: 'relu' })(filtered);
  const strokes = conv2d({ name: 'strokes', filters: 24, size: 3, stride: 2, activation: 'relu' })(mixed);
  const refined = conv2d({ name: 'residual/conv', filters: 24, size: 3 })(strokes);
  const joined = add({ name: 'residual/add', activation: 'relu' })(refined, strokes);
  const pooled = maxPool2d({ name: 'pool', size: 2 })(joined);
  const features = flatten({ name: 'flatten' })(pooled);
  const logits = dense({ name: 'classifier', units: 10, initializer: 'glorot' })(features);
  const probabilities = softmax({ name: 'softmax' })(logits);
  return model({ name: 'digits', seed, inputs: [image], outputs: { probabilities } });
}
