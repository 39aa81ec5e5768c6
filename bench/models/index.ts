import { calibrate, type Device, type Graph, quantize } from '../../src/index.ts';
import { drawTensor } from '../cases/draw.ts';
import { mobilenetV2 } from './mobilenet-v2.ts';

/** A network to measure whole. */
export interface ModelCase {
  readonly name: string;
  /** Overrides the model's batch. */
  readonly batch?: number;
  /** Per run. */
  readonly multiplyAdds: number;
  readonly graph: (device: Device, signal?: AbortSignal) => Promise<Graph> | Graph;
}

const multiplyAdds = 300.8e6;
const largeBatch = 32;

/** Built from layers, so that they need no file. */
export const builtModels: readonly ModelCase[] = [undefined, largeBatch].flatMap((batch) => {
  const suffix = batch === undefined ? '' : `/batch-${batch}`;
  const work = multiplyAdds * (batch ?? 1);
  return [
    { name: `model/float32/mobilenet-v2${suffix}`, batch, multiplyAdds: work, graph: mobilenetV2 },
    { name: `model/int8/mobilenet-v2${suffix}`, batch, multiplyAdds: work, graph: quantizedMobilenetV2 },
  ];
});

async function quantizedMobilenetV2(device: Device, signal?: AbortSignal): Promise<Graph> {
  const float = mobilenetV2();
  const sample = { image: drawTensor(float.values['image'], 'image') };
  return quantize(float, await calibrate(device, float, [sample], { signal }), { io: 'int8' });
}
