import { tfliteGraph } from '../../src/formats/tflite/index.ts';
import { quantizeTensor } from '../../src/tensor/quantize-tensor.ts';
import { smallFloatNetworks, smallNetworks } from './small-networks.ts';
import { Network } from './tflite-network.ts';
import { recurrentModel, recurrentVariants } from './tflite-recurrent.ts';
import { svdfModel, type SvdfKind } from './tflite-svdf.ts';

/** A small TFLite file, and what it is run on, to compare with an oracle that is none of ours. */
export interface OracleModel {
  readonly name: string;
  /** LiteRT is the newer; the other keeps states between runs. */
  readonly oracle: 'LiteRT.js' | 'tfjs-tflite';
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Inputs of each run, in the order of the file. */
  readonly runs: readonly (readonly (Float32Array | Int8Array)[])[];
}

/** Each is built when it is asked for. */
export const oracleModels: Readonly<Record<string, () => OracleModel>> = Object.fromEntries(
  [
    ...Object.entries(smallNetworks).flatMap(([name, architecture]) => [
      network(`${name}, float32`, (net, outputs) => net.float32(outputs), architecture),
      network(`${name}, int8`, (net, outputs) => net.int8(outputs, net.inputData()), architecture),
    ]),
    ...Object.entries(smallFloatNetworks).map(([name, architecture]) =>
      network(`${name}, float32`, (net, outputs) => net.float32(outputs), architecture),
    ),
    ...Object.entries(recurrentVariants).map(([name, variant]) => stream(name, () => recurrentModel(variant))),
    ...(['float32', 'hybrid', 'int8'] as const).map((kind) => stream(`SVDF, ${kind}`, () => svdf(kind))),
  ].map((make) => [make.label, make.model] as const),
);

interface Entry {
  readonly label: string;
  readonly model: () => OracleModel;
}

function network(
  name: string,
  build: (net: Network, outputs: ReturnType<(typeof smallNetworks)[string]>) => Uint8Array<ArrayBuffer>,
  architecture: (typeof smallNetworks)[string],
): Entry {
  const model = (): OracleModel => {
    const net = new Network();
    const outputs = architecture(net);
    const bytes = build(net, outputs);
    return { name, oracle: 'LiteRT.js', bytes, runs: [asInputs(bytes, net.inputData())] };
  };
  return { label: name, model };
}

function stream(
  name: string,
  make: () => { readonly bytes: Uint8Array<ArrayBuffer>; readonly runs: readonly (readonly Float32Array[])[] },
): Entry {
  const model = (): OracleModel => {
    const { bytes, runs } = make();
    return { name, oracle: 'tfjs-tflite', bytes, runs: runs.map((inputs) => asInputs(bytes, inputs)) };
  };
  return { label: name, model };
}

function svdf(kind: SvdfKind) {
  const { bytes, numbers } = svdfModel(kind);
  return { bytes, runs: numbers.sequence.map((data) => [data]) };
}

/** Real numbers as the inputs of a file take them. */
function asInputs(bytes: Uint8Array, data: readonly Float32Array[]): (Float32Array | Int8Array)[] {
  const graph = tfliteGraph(bytes);
  return data.map((values, index) => {
    const type = graph.values[graph.inputs[index]];
    if (type.dtype !== 'int8') return values;
    return quantizeTensor({ dtype: 'float32', shape: type.shape, data: values }, type).data as Int8Array;
  });
}
