import type { Shape } from 'quadot';
import { columnSums, times, timesTransposed, transposedTimes } from './matrix-products.ts';
import { forEachTap, gatherWindows, scatterWindows, type Windows } from './windows.ts';

/** One node with its numbers. */
export interface Call {
  readonly attributes: Attributes;
  readonly inputs: readonly Float32Array[];
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
}

/** The attributes this trainer reads, of whichever op. */
export interface Attributes {
  readonly strides: readonly [number, number];
  readonly padding: readonly number[];
  readonly size: readonly [number, number];
  readonly activation?: string;
}

/** An op the trainer can differentiate. */
export interface Operation {
  forward(call: Call): Float32Array;
  /** Gradients of the inputs from the gradient of the output. */
  backward(call: Call, output: Float32Array, gradient: Float32Array): readonly Float32Array[];
}

const conv2d: Operation = {
  forward: (call) => {
    const [x, weights, bias] = call.inputs;
    return timesTransposed(gatherWindows(windowsOf(call), x), weights, bias, productSizes(call));
  },
  backward: (call, _output, gradient) => {
    const [x, weights] = call.inputs;
    const windows = windowsOf(call);
    const sizes = productSizes(call);
    return [
      scatterWindows(windows, times(gradient, weights, sizes)),
      transposedTimes(gradient, gatherWindows(windows, x), sizes),
      columnSums(gradient, sizes[1]),
    ];
  },
};

const depthwiseConv2d: Operation = {
  forward: (call) => {
    const [x, weights, bias] = call.inputs;
    const channels = bias.length;
    const y = new Float32Array(count(call.outputShape)).map((_, index) => bias[index % channels]);
    forEachTap(windowsOf(call), (row, tap, offset) => {
      for (let channel = 0; channel < channels; channel++) {
        y[row * channels + channel] += x[offset + channel] * weights[tap * channels + channel];
      }
    });
    return y;
  },
  backward: (call, _output, gradient) => {
    const [x, weights, bias] = call.inputs;
    const channels = bias.length;
    const [xGradient, weightGradient] = [new Float32Array(x.length), new Float32Array(weights.length)];
    forEachTap(windowsOf(call), (row, tap, offset) => {
      for (let channel = 0; channel < channels; channel++) {
        const slope = gradient[row * channels + channel];
        xGradient[offset + channel] += slope * weights[tap * channels + channel];
        weightGradient[tap * channels + channel] += slope * x[offset + channel];
      }
    });
    return [xGradient, weightGradient, columnSums(gradient, channels)];
  },
};

const matmul: Operation = {
  forward: (call) => timesTransposed(call.inputs[0], call.inputs[1], call.inputs[2], productSizes(call)),
  backward: (call, _output, gradient) => {
    const sizes = productSizes(call);
    return [
      times(gradient, call.inputs[1], sizes),
      transposedTimes(gradient, call.inputs[0], sizes),
      columnSums(gradient, sizes[1]),
    ];
  },
};

const add: Operation = {
  forward: ({ inputs: [a, b] }) => a.map((value, index) => value + b[index]),
  backward: (_call, _output, gradient) => [gradient, gradient],
};

const maxPool2d: Operation = {
  forward: (call) => {
    const [x] = call.inputs;
    const channels = call.outputShape[3];
    const y = new Float32Array(count(call.outputShape)).fill(-Infinity);
    forEachTap(windowsOf(call), (row, _tap, offset) => {
      for (let channel = 0; channel < channels; channel++) {
        y[row * channels + channel] = Math.max(y[row * channels + channel], x[offset + channel]);
      }
    });
    return y;
  },
  backward: (call, output, gradient) => {
    const [x] = call.inputs;
    const channels = call.outputShape[3];
    const xGradient = new Float32Array(x.length);
    forEachTap(windowsOf(call), (row, _tap, offset) => {
      for (let channel = 0; channel < channels; channel++) {
        const at = row * channels + channel;
        if (x[offset + channel] === output[at]) xGradient[offset + channel] += gradient[at];
      }
    });
    return [xGradient];
  },
};

const reshape: Operation = {
  forward: ({ inputs: [x] }) => x,
  backward: (_call, _output, gradient) => [gradient],
};

const softmax: Operation = {
  forward: ({ inputs: [x], outputShape }) => {
    const classes = outputShape.at(-1)!;
    const y = new Float32Array(x.length);
    for (let start = 0; start < x.length; start += classes) {
      const row = x.subarray(start, start + classes);
      const largest = Math.max(...row);
      const exponentials = row.map((value) => Math.exp(value - largest));
      const sum = exponentials.reduce((total, value) => total + value, 0);
      y.set(
        exponentials.map((value) => value / sum),
        start,
      );
    }
    return y;
  },
  // The loss hands over its gradient at the logits: softmax and cross entropy together are simpler and more exact.
  backward: (_call, _output, gradient) => [gradient],
};

/** By op name. */
export const operations: Readonly<Record<string, Operation>> = {
  conv2d: withRelu(conv2d),
  'depthwise-conv2d': withRelu(depthwiseConv2d),
  matmul: withRelu(matmul),
  add: withRelu(add),
  'max-pool2d': maxPool2d,
  reshape,
  softmax,
};

/** An operation with the node's activation after it. */
function withRelu(operation: Operation): Operation {
  const hasRelu = ({ attributes }: Call): boolean => attributes.activation === 'relu';
  return {
    forward: (call) => {
      const y = operation.forward(call);
      return hasRelu(call) ? y.map((value) => Math.max(value, 0)) : y;
    },
    backward: (call, output, gradient) =>
      operation.backward(
        call,
        output,
        hasRelu(call) ? gradient.map((slope, index) => (output[index] > 0 ? slope : 0)) : gradient,
      ),
  };
}

function windowsOf({ attributes, inputShapes, outputShape }: Call): Windows {
  const { strides, padding } = attributes;
  // Convolution weights are [O, kH, kW, C].
  const size = attributes.size ?? inputShapes[1].slice(1, 3);
  return { input: inputShapes[0], output: [outputShape[0], outputShape[1], outputShape[2]], size, strides, padding };
}

/** [rows, outputs, terms of each sum] of the layer as a matrix product. */
function productSizes({ inputShapes, outputShape }: Call): readonly [number, number, number] {
  const outputs = outputShape.at(-1)!;
  return [count(outputShape) / outputs, outputs, count(inputShapes[1]) / outputs];
}

function count(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
