import { buildFlexbuffer } from './flexbuffer-builder.ts';
import { tensorType } from './tflite-builder.ts';
import { Network, type Ref, type WindowOptions } from './tflite-network.ts';

// Small networks with the operators, in the order and with the options, that converters write for published ones.

/** Takes a network under construction, and returns its outputs. */
export type Architecture = (net: Network) => readonly Ref[];

const { INT64, FLOAT32 } = tensorType;
const three = [3, 3] as const;

/** relu6(x + 3) / 6, as converters write it. */
function hardSigmoid(net: Network, x: Ref): Ref {
  const shifted = net.relu6(net.add(x, net.numbers([3], [])));
  return net.mul(shifted, net.numbers([1 / 6], []));
}

function classifier(net: Network, x: Ref): readonly Ref[] {
  return [net.softmax(net.dense(net.mean(x, [1, 2]), 11))];
}

function mobileNetV3(net: Network): readonly Ref[] {
  const stem = net.hardSwish(net.conv2d(net.input(1, 32, 32, 3), 16, { size: three, stride: 2 }));
  // Expanded, filtered, and weighted by what the means of its channels make of them.
  const wide = net.hardSwish(net.conv2d(stem, 40));
  const filtered = net.relu(net.depthwise(wide, { size: [5, 5], stride: 2 }));
  const squeezed = net.conv2d(net.mean(filtered, [1, 2], true), 10, { activation: 'RELU' });
  const weighted = net.mul(filtered, hardSigmoid(net, net.conv2d(squeezed, 40)));
  const narrow = net.conv2d(weighted, 18);
  // The same from the function's parts.
  const again = net.conv2d(narrow, 44);
  const swish = net.mul(again, hardSigmoid(net, again));
  const block = net.add(narrow, net.conv2d(net.depthwise(swish), 18));
  const last = net.hardSwish(net.conv2d(block, 60));
  const pooled = net.pool('average', last, { size: [8, 8], stride: 1, padding: 'VALID' });
  const features = net.hardSwish(net.conv2d(pooled, 72));
  return [net.softmax(net.reshape(net.conv2d(features, 11), 1, 11))];
}

function efficientNetLite(net: Network): readonly Ref[] {
  const relu6 = { activation: 'RELU6' } as const;
  let x = net.conv2d(net.input(1, 31, 33, 3), 12, { size: three, stride: 2, ...relu6 });
  x = net.conv2d(net.depthwise(x, relu6), 8);
  for (const [channels, size, stride] of [
    [10, 3, 2],
    [10, 3, 1],
    [14, 5, 2],
    [14, 5, 1],
  ] as const) {
    const wide = net.conv2d(x, x.shape[3] * 6, relu6);
    const narrow = net.conv2d(net.depthwise(wide, { size: [size, size], stride, ...relu6 }), channels);
    x = stride === 1 ? net.add(x, narrow) : narrow;
  }
  return classifier(net, net.conv2d(x, 40, relu6));
}

function keywordSpotter(net: Network): readonly Ref[] {
  const relu = { activation: 'RELU' } as const;
  let x = net.conv2d(net.input(1, 49, 10, 1), 16, { size: [10, 4], stride: 2, ...relu });
  for (let block = 0; block < 3; block++) x = net.conv2d(net.depthwise(x, relu), 16, relu);
  const pooled = net.pool('average', x, { size: [25, 5], stride: 25, padding: 'VALID' });
  return [net.softmax(net.dense(net.reshape(pooled, 1, 16), 12))];
}

/** Heads on two feature maps, whose boxes are joined, and what a detector makes of them. */
function ssd(net: Network): readonly Ref[] {
  const [classes, anchorsPerPixel] = [4, 3];
  const relu6 = { activation: 'RELU6' } as const;
  const stem = net.conv2d(net.input(1, 32, 32, 3), 12, { size: three, stride: 2, ...relu6 });
  const fine = net.conv2d(net.depthwise(stem, { stride: 2, ...relu6 }), 16, relu6);
  const coarse = net.conv2d(fine, 20, { size: three, stride: 2, ...relu6 });
  const head = (depth: number): Ref =>
    net.concat(
      [fine, coarse].map((map) => {
        const [, height, width] = map.shape;
        const predicted = net.conv2d(map, anchorsPerPixel * depth, { size: three });
        return net.reshape(predicted, 1, height * width * anchorsPerPixel, depth);
      }),
      1,
    );
  const encodings = head(4);
  const scores = net.logistic(head(classes + 1));
  const count = encodings.shape[1];
  const anchors = Array.from({ length: count }, (_, index) => [
    ((index * 7) % 32) / 32,
    ((index * 13) % 32) / 32,
    0.3,
    0.4,
  ]);
  const options = buildFlexbuffer({
    max_detections: 10,
    max_classes_per_detection: 1,
    nms_score_threshold: 0.4,
    nms_iou_threshold: 0.6,
    num_classes: classes,
    y_scale: 10,
    x_scale: 10,
    h_scale: 5,
    w_scale: 5,
  });
  return net.applyMany(
    32,
    [encodings, scores, net.numbers(anchors.flat(), [count, 4])],
    [[1, 10, 4], [1, 10], [1, 10], [1]],
    {
      custom: ['TFLite_Detection_PostProcess', options],
      type: FLOAT32,
    },
  );
}

/** Cells of a grid predict a center within them, a size, and classes. */
function yolo(net: Network): readonly Ref[] {
  const x = net.conv2d(net.input(1, 32, 32, 3), 16, { size: three, stride: 2 });
  // SiLU.
  const features = net.conv2d(net.mul(x, net.logistic(x)), 14, { size: three, stride: 4 });
  const [, height, width] = features.shape;
  const rows = net.reshape(features, 1, height * width, 2, 7);
  const slice = (from: number, to: number): Ref => {
    const parameters = [
      [0, 0, 0, from],
      [1, height * width, 2, to],
      [1, 1, 1, 1],
    ].map((list) => net.integers(list));
    return net.apply(45, [rows, ...parameters], [1, height * width, 2, to - from], { options: [32, {}], keeps: true });
  };
  const cells = Array.from({ length: height * width }, (_, cell) => [cell % width, Math.floor(cell / width)]);
  const grid = net.numbers(cells.flat(), [1, height * width, 1, 2]);
  const moved = net.apply(
    41,
    [net.mul(net.logistic(slice(0, 2)), net.numbers([2], [])), net.numbers([0.5], [])],
    [1, height * width, 2, 2],
  );
  const centers = net.mul(net.add(moved, grid), net.numbers([8], []));
  const sizes = net.apply(47, [slice(2, 4)], slice(2, 4).shape);
  const named = net.logistic(slice(4, 7));
  return [net.reshape(net.concat([centers, sizes, named], 3), 1, height * width * 2, 7)];
}

/** Dilated filters, the mean of the image beside them, and a class for each pixel. */
function segmentation(net: Network): readonly Ref[] {
  const relu = { activation: 'RELU' } as const;
  const stem = net.conv2d(net.input(1, 33, 29, 3), 12, { size: three, stride: 2, ...relu });
  const x = net.conv2d(net.depthwise(stem, { dilation: 2, ...relu }), 16, relu);
  const [, height, width] = x.shape;
  const pooled = net.conv2d(net.mean(x, [1, 2], true), 8, relu);
  const dilated = net.conv2d(x, 8, { size: three, dilation: 4, ...relu });
  const joined = net.concat([net.conv2d(x, 8, relu), dilated, net.resizeBilinear(pooled, height, width)], 3);
  const scores = net.resizeBilinear(net.conv2d(joined, 6), 33, 29);
  const labels = net.apply(56, [scores, net.integers([3], [])], [1, 33, 29], {
    options: [40, { 0: { int8: INT64 } }],
    type: INT64,
  });
  return [labels, scores];
}

function superResolution(net: Network): readonly Ref[] {
  const low = net.input(1, 12, 17, 3);
  const features = net.conv2d(net.conv2d(low, 16, { size: [5, 5], activation: 'RELU' }), 12, { size: three });
  const high = net.apply(5, [features], [1, 24, 34, 3], { options: [94, { 0: { int32: 2 } }], keeps: true });
  return [net.add(high, net.resizeBilinear(low, 24, 34))];
}

/** One-dimensional filters are two-dimensional ones of an image one pixel high. */
function activityRecognition(net: Network): readonly Ref[] {
  const along = (x: Ref, filter: (image: Ref) => Ref): Ref => {
    const [batch, length, channels] = x.shape;
    const image = net.apply(70, [x, net.integers([1], [])], [batch, 1, length, channels], {
      options: [52, {}],
      keeps: true,
    });
    const filtered = filter(image);
    const shape = filtered.shape.toSpliced(1, 1);
    return net.apply(43, [filtered], shape, { options: [30, { 0: { int32s: [1] } }], keeps: true });
  };
  let x = net.input(1, 80, 6);
  for (const channels of [12, 18]) {
    x = along(x, (image) => net.conv2d(image, channels, { size: [1, 5], padding: 'VALID', activation: 'RELU' }));
    x = along(x, (image) => net.pool('max', image, { size: [1, 2], stride: 2, padding: 'VALID' }));
  }
  return [net.softmax(net.dense(net.mean(x, [1]), 6))];
}

/** Half of the channels pass by; then those of both halves alternate. */
function shuffleNet(net: Network): readonly Ref[] {
  let x = net.conv2d(net.input(1, 32, 32, 3), 20, { size: three, stride: 2, activation: 'RELU' });
  for (let unit = 0; unit < 2; unit++) {
    const [kept, changed] = net.split(x, 2, 3);
    const filtered = net.depthwise(net.conv2d(changed, 10, { activation: 'RELU' }));
    const joined = net.concat([kept, net.conv2d(filtered, 10, { activation: 'RELU' })], 3);
    const [batch, height, width, channels] = joined.shape;
    const halves = net.reshape(joined, batch, height, width, 2, channels / 2);
    x = net.reshape(net.transpose(halves, 0, 1, 2, 4, 3), batch, height, width, channels);
  }
  return classifier(net, x);
}

/** A shortcut that pools, and gets zeros as its new channels. */
function blazeFace(net: Network): readonly Ref[] {
  let x = net.conv2d(net.input(1, 32, 32, 3), 12, { size: [5, 5], stride: 2, activation: 'RELU' });
  const unit = (channels: number, stride: number): void => {
    const filtered = net.conv2d(net.depthwise(x, { stride }), channels);
    const pooled = stride === 1 ? x : net.pool('max', x, { size: [stride, stride], stride });
    const missing = channels - x.shape[3];
    const shortcut =
      missing === 0
        ? pooled
        : net.pad(pooled, [
            [0, 0],
            [0, 0],
            [0, 0],
            [0, missing],
          ]);
    x = net.add(shortcut, filtered, 'RELU');
  };
  unit(12, 1);
  unit(18, 2);
  unit(18, 1);
  return [net.reshape(net.conv2d(x, 2), 1, 128, 1), net.reshape(net.conv2d(x, 8), 1, 128, 4)];
}

/** A branch of each kind side by side. */
function inception(net: Network): readonly Ref[] {
  const relu = { activation: 'RELU' } as const;
  const x = net.conv2d(net.input(2, 23, 23, 3), 15, { size: [7, 7], stride: 2, ...relu });
  const branches = [
    net.conv2d(x, 5, relu),
    net.conv2d(net.conv2d(x, 6, relu), 7, { size: three, ...relu }),
    net.conv2d(net.conv2d(x, 3, relu), 4, { size: [5, 5], ...relu }),
    net.conv2d(net.pool('max', x, { size: three, stride: 1 }), 6, relu),
  ];
  return classifier(net, net.concat(branches, 3));
}

/** Down and up again, with what was there on the way down. */
function uNet(net: Network): readonly Ref[] {
  const block = (x: Ref, channels: number): Ref => net.conv2d(x, channels, { size: three, activation: 'RELU' });
  const outer = block(net.input(1, 16, 24, 3), 6);
  const middle = block(net.pool('max', outer), 10);
  const inner = block(net.pool('max', middle), 14);
  const up = block(net.concat([net.transposeConv(inner, 10, [2, 2], 2), middle], 3), 10);
  const top = block(net.concat([net.transposeConv(up, 6, three, 2), outer], 3), 6);
  return [net.logistic(net.conv2d(top, 1))];
}

/** Slopes below zero for each channel, and points as a list of numbers. */
function faceMesh(net: Network): readonly Ref[] {
  const prelu = (x: Ref): Ref => {
    const slopes = Array.from({ length: x.shape[3] }, (_, channel) => 0.1 + channel / 64);
    return net.apply(54, [x, net.numbers(slopes, [1, 1, x.shape[3]])], x.shape);
  };
  let x = prelu(net.conv2d(net.input(1, 32, 32, 3), 12, { size: three, stride: 2 }));
  for (const stride of [1, 2, 2]) {
    const filtered = net.conv2d(net.depthwise(x, { stride }), x.shape[3]);
    x = prelu(net.add(stride === 1 ? x : net.pool('max', x), filtered));
  }
  return [net.conv2d(x, 21, { size: [4, 4], padding: 'VALID' }), net.logistic(net.mean(net.conv2d(x, 1), [1, 2]))];
}

/** Every channel of an image brought to mean 0 and variance 1, and images enlarged by repetition. */
function styleTransfer(net: Network): readonly Ref[] {
  const normalized = (x: Ref): Ref => {
    const { shape } = x;
    const forChannels = (of: (channel: number) => number): Ref =>
      net.numbers(
        Array.from({ length: shape[3] }, (_, channel) => of(channel)),
        [shape[3]],
      );
    const mean = net.mean(x, [1, 2], true);
    const variance = net.mean(net.apply(99, [x, mean], shape), [1, 2], true);
    const inverse = net.apply(76, [net.add(variance, net.numbers([0.001], []))], variance.shape);
    const scale = net.mul(
      inverse,
      forChannels((channel) => 1 + channel / 16),
    );
    const shift = net.apply(41, [forChannels((channel) => channel / 32), net.mul(mean, scale)], scale.shape, {
      options: [28, {}],
    });
    return net.add(net.mul(x, scale), shift);
  };
  const image = net.input(1, 15, 18, 3);
  const small = net.relu(normalized(net.conv2d(image, 10, { size: three, stride: 2 })));
  const changed = net.add(small, normalized(net.conv2d(small, 10, { size: three })));
  const [, height, width, channels] = changed.shape;
  const large = net.apply(97, [changed, net.integers([2 * height, 2 * width])], [1, 2 * height, 2 * width, channels], {
    options: [74, {}],
    keeps: true,
  });
  return [
    net.apply(28, [net.conv2d(large, 3, { size: three })], [1, 2 * height, 2 * width, 3], { codes: [1 / 128, 0] }),
  ];
}

/** Sides of boxes as the means of distributions over distances. */
function yoloV8(net: Network): readonly Ref[] {
  const [distances, classes] = [16, 3];
  const silu = (x: Ref): Ref => net.mul(x, net.logistic(x));
  const maps = [silu(net.conv2d(net.input(1, 24, 32, 3), 12, { size: three, stride: 4 }))];
  maps.push(silu(net.conv2d(maps[0], 12, { size: three, stride: 2 })));
  const rows = maps.map((map) => {
    const [, height, width] = map.shape;
    const heads = net.concat([net.conv2d(map, 4 * distances), net.conv2d(map, classes)], 3);
    return net.reshape(heads, 1, height * width, 4 * distances + classes);
  });
  const all = net.concat(rows, 1);
  const count = all.shape[1];
  const [sides, scores] = net.applyMany(
    102,
    [all, net.integers([4 * distances, classes]), net.integers([-1], [])],
    [
      [1, count, 4 * distances],
      [1, count, classes],
    ],
    { options: [79, { 0: { int32: 2 } }], keeps: true },
  );
  const chances = net.softmax(net.reshape(sides, 1, count, 4, distances));
  const steps = net.numbers(
    Array.from({ length: distances }, (_, distance) => distance / 8),
    [distances],
  );
  const means = net.mul(chances, steps);
  const lengths = net.apply(74, [means, net.integers([3])], [1, count, 4], { options: [27, {}] });
  return [net.transpose(lengths, 0, 2, 1), net.transpose(net.logistic(scores), 0, 2, 1)];
}

/** Normalized by neighbouring channels, as before there were other ways. */
function alexNet(net: Network): readonly Ref[] {
  const relu = { activation: 'RELU' } as const;
  const x = net.conv2d(net.input(1, 23, 23, 3), 12, { size: [5, 5], stride: 2, ...relu });
  const options = [13, { 0: { int32: 2 }, 1: { float32: 1 }, 2: { float32: 0.0001 }, 3: { float32: 0.75 } }] as const;
  const pooled = net.pool('max', net.apply(13, [x], x.shape, { options }), { size: three, padding: 'VALID' });
  const flat = net.reshape(pooled, 1, pooled.shape[1] * pooled.shape[2] * 12);
  return [net.softmax(net.dense(net.dense(flat, 20, 'RELU'), 7))];
}

/** A layer of images in [N, C, H, W]: their axes move before it, and back. */
function channelsFirst(net: Network, x: Ref, layer: (image: Ref) => Ref): Ref {
  return net.transpose(layer(net.transpose(x, 0, 2, 3, 1)), 0, 3, 1, 2);
}

/** As exporters of frameworks with images in [N, C, H, W] write it, every layer by itself. */
function channelsFirstNetwork(net: Network): readonly Ref[] {
  const convolution = (x: Ref, channels: number, window: WindowOptions = {}): Ref =>
    channelsFirst(net, x, (image) => net.conv2d(image, channels, window));
  const forChannels = (count: number, of: (channel: number) => number): Ref =>
    net.numbers(
      Array.from({ length: count }, (_, channel) => of(channel)),
      [count, 1, 1],
    );
  const padded = net.pad(net.input(1, 3, 24, 20), [
    [0, 0],
    [0, 0],
    [1, 1],
    [1, 1],
  ]);
  let x = net.relu(convolution(padded, 8, { size: three, padding: 'VALID' }));
  x = channelsFirst(net, x, (image) => net.pool('max', image));
  // A normalization that was not folded.
  const scaled = net.mul(
    convolution(x, 8, { size: three }),
    forChannels(8, (channel) => 1 + channel / 8),
  );
  x = net.relu(
    net.add(
      net.add(
        scaled,
        forChannels(8, (channel) => channel / 16),
      ),
      x,
    ),
  );
  // Weights for the channels.
  const weights = net.logistic(convolution(net.mean(x, [2, 3], true), 8));
  x = net.concat([net.mul(x, weights), net.hardSwish(convolution(x, 4))], 1);
  // A shuffle of three groups.
  const [, channels, height, width] = x.shape;
  const groups = net.transpose(net.reshape(x, 1, 3, channels / 3, height, width), 0, 2, 1, 3, 4);
  x = net.relu6(convolution(net.reshape(groups, 1, channels, height, width), 10));
  return [net.dense(net.reshape(net.mean(x, [2, 3], true), 1, 10), 5)];
}

export const smallNetworks: Readonly<Record<string, Architecture>> = {
  MobileNetV3: mobileNetV3,
  'EfficientNet-Lite': efficientNetLite,
  'keyword spotter': keywordSpotter,
  SSD: ssd,
  YOLO: yolo,
  segmentation: segmentation,
  'super-resolution': superResolution,
  'activity recognition': activityRecognition,
  ShuffleNet: shuffleNet,
  BlazeFace: blazeFace,
  Inception: inception,
  'U-Net': uNet,
  'face mesh': faceMesh,
  'style transfer': styleTransfer,
  YOLOv8: yoloV8,
  'channels first': channelsFirstNetwork,
};

/** Those with operators that TensorFlow Lite has for real numbers only. */
export const smallFloatNetworks: Readonly<Record<string, Architecture>> = { AlexNet: alexNet };
