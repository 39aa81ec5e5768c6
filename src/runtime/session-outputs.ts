import type { Graph } from '../graph/graph.ts';
import { deviceBytes } from '../tensor/quads.ts';
import type { Tensor, TensorType } from '../tensor/tensor.ts';
import { unpackOutput } from './host-io.ts';

interface SessionOutput {
  readonly name: string;
  readonly type: TensorType;
  /** Where it lies in the buffer that brings all outputs to the host. */
  readonly offset: number;
}

/** A graph's outputs, one after another in a buffer that brings them to the host. */
export class SessionOutputs {
  readonly list: readonly SessionOutput[];
  readonly sizeBytes: number;

  constructor({ outputs, values }: Graph) {
    let offset = 0;
    this.list = outputs.map((name) => {
      const output = { name, type: values[name], offset };
      offset += deviceBytes(output.type.dtype, output.type.shape);
      return output;
    });
    this.sizeBytes = offset;
  }

  unpack(bytes: ArrayBuffer): Record<string, Tensor> {
    return Object.fromEntries(this.list.map(({ name, type, offset }) => [name, unpackOutput(type, bytes, offset)]));
  }
}
