import { activation, type KernelCase, result, weights } from './kernel-case.ts';

interface Layer {
  /** Height and width of the input. */
  readonly image: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: 1 | 3;
  readonly stride: 1 | 2;
}

function convolution(image: number, inChannels: number, outChannels: number, kernel: 1 | 3, stride: 1 | 2 = 1): Layer {
  return { image, inChannels, outChannels, kernel, stride };
}

const layers: readonly Layer[] = [
  // MobileNetV2 at 224 x 224, from the first block to the last.
  convolution(112, 32, 16, 1),
  convolution(56, 24, 144, 1),
  convolution(28, 192, 32, 1),
  convolution(14, 384, 64, 1),
  convolution(14, 96, 576, 1),
  convolution(7, 160, 960, 1),
  convolution(7, 320, 1280, 1),
  // ResNet-50.
  convolution(56, 64, 256, 1),
  convolution(14, 1024, 256, 1),
  // The first and the last stage of a ResNet for CIFAR-10.
  convolution(32, 16, 16, 3),
  convolution(8, 64, 64, 3),
  // The stem of MobileNetV2, then the stages of ResNet-50.
  convolution(224, 3, 32, 3, 2),
  convolution(56, 64, 64, 3),
  convolution(28, 128, 128, 3),
  convolution(14, 256, 256, 3),
  convolution(7, 512, 512, 3),
];

/** Height, width and channels in, and the stride, of MobileNetV2's depthwise layers. */
const depthwiseLayers: readonly (readonly [image: number, channels: number, stride: 1 | 2])[] = [
  [112, 32, 1],
  [112, 96, 2],
  [56, 144, 1],
  [56, 144, 2],
  [14, 384, 1],
  [14, 576, 2],
  [7, 960, 1],
];

const dtypes = ['int8', 'float32'] as const;

/** The output is as large as the input over the stride. */
function window(kernel: 1 | 3, stride: 1 | 2): object {
  // Top, left, bottom, right. Of an even size a stride of two needs one row after the image, as TensorFlow has it.
  const padding = kernel === 1 ? [0, 0, 0, 0] : stride === 1 ? [1, 1, 1, 1] : [0, 0, 1, 1];
  return { strides: [stride, stride], dilations: [1, 1], padding, activation: 'relu6' };
}

function convolutionCase(
  dtype: 'int8' | 'float32',
  { image, inChannels, outChannels, kernel, stride }: Layer,
): KernelCase {
  return {
    name: `conv${kernel}x${kernel}/${dtype}/${image}x${image}x${inChannels}-${outChannels}${stride === 2 ? '/2' : ''}`,
    op: 'conv2d',
    attributes: { ...window(kernel, stride), groups: 1 },
    inputs: [
      activation(dtype, [1, image, image, inChannels]),
      ...weights(dtype, [outChannels, kernel, kernel, inChannels], 0),
    ],
    output: result(dtype),
    multiplyAdds: (image / stride) ** 2 * kernel ** 2 * inChannels * outChannels,
  };
}

export const convolutions: readonly KernelCase[] = dtypes.flatMap((dtype) =>
  layers.map((layer) => convolutionCase(dtype, layer)),
);

export const depthwiseConvolutions: readonly KernelCase[] = dtypes.flatMap((dtype) =>
  depthwiseLayers.map(([image, channels, stride]) => ({
    name: `depthwise3x3/${dtype}/${image}x${image}x${channels}${stride === 2 ? '/2' : ''}`,
    op: 'depthwise-conv2d',
    attributes: window(3, stride),
    inputs: [activation(dtype, [1, image, image, channels]), ...weights(dtype, [1, 3, 3, channels], 3)],
    output: result(dtype),
    multiplyAdds: (image / stride) ** 2 * 9 * channels,
  })),
);
