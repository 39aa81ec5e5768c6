import { DeviceError, ShapeError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';
import type { Graph } from '../graph/graph.ts';
import { firstStates } from '../graph/states.ts';
import { sameQuantization } from '../ops/lib/operands.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import type { TensorData } from '../tensor/dtype.ts';
import type { TensorType } from '../tensor/tensor.ts';
import type { DenseInput } from './dense-input.ts';
import { GpuTensor } from './gpu-tensor.ts';
import { InputPacker, type HostInput } from './host-io.ts';
import type { Slice } from './resources.ts';

/**
 * An input: a typed array or tensor of the input's dtype and shape, a tensor already on the device, or a caller's
 * GPUBuffer (usage STORAGE) holding dense row-major elements.
 */
export type RunInput = HostInput | GpuTensor | GPUBuffer;
export type RunInputs = Readonly<Record<string, RunInput>>;

/** Brings what callers give to where a session's program reads it. */
export class SessionInputs {
  readonly #device: Device;
  readonly #owner: string;
  readonly #graph: Graph;
  readonly #locate: (name: string) => readonly Slice[];
  readonly #packers: ReadonlyMap<string, InputPacker>;
  /** What inputs are that a caller leaves out. */
  readonly #first: RunInputs;
  /** By input name; made when a caller first brings a GPUBuffer. */
  readonly #denseInputs = new Map<string, DenseInput>();

  constructor(device: Device, owner: string, graph: Graph, locate: (name: string) => readonly Slice[]) {
    this.#device = device;
    this.#owner = owner;
    this.#graph = graph;
    this.#locate = locate;
    this.#first = firstStates(graph);
    this.#packers = new Map(graph.inputs.map((name) => [name, new InputPacker(name, graph.values[name])]));
  }

  /**
   * Checks what can be checked before anything is queued, and compiles what a caller's GPUBuffer needs.
   * @throws ShapeError when an input is missing, unknown, or of another dtype, shape or quantization
   */
  async prepare(inputs: RunInputs): Promise<void> {
    const { inputs: names, values } = this.#graph;
    const given = Object.keys(inputs).filter((name) => inputs[name] !== undefined);
    const missing = names.filter((name) => !given.includes(name) && !Object.hasOwn(this.#first, name));
    const unknown = given.filter((name) => !names.includes(name));
    if (missing.length > 0 || unknown.length > 0) {
      throw new ShapeError(
        `${this.#owner}: run lacks inputs [${missing.join(', ')}] and does not know [${unknown.join(', ')}]. Its inputs: ${names.join(', ')}.`,
      );
    }
    for (const name of given) {
      const input = inputs[name];
      if (input instanceof GpuTensor) {
        this.#checkTensor(name, input, values[name]);
      } else if (isGpuBuffer(input)) {
        if (this.#denseInputs.has(name)) continue;
        const [target, ...more] = this.#locate(name);
        if (more.length > 0) {
          throw new DeviceError(
            `input "${name}": a GPUBuffer cannot feed an input that is larger than one binding of this device. Give a typed array or a GpuTensor.`,
            { reason: 'limit' },
          );
        }
        const { DenseInput: Dense } = await import('./dense-input.ts');
        this.#denseInputs.set(name, await Dense.create(this.#device, name, values[name], target));
      } else {
        this.#packers.get(name)!.check(input);
      }
    }
  }

  /** Uploads or copies every input. Synchronous: a run's inputs are read when it is queued. */
  encode(encoder: GPUCommandEncoder, inputs: RunInputs): void {
    for (const [name, packer] of this.#packers) {
      const input = inputs[name] ?? this.#first[name];
      if (isGpuBuffer(input)) {
        this.#denseInputs.get(name)!.encode(encoder, input);
        continue;
      }
      const packed = input instanceof GpuTensor ? undefined : packer.pack(input);
      let at = 0;
      for (const { buffer, offset, size } of this.#locate(name)) {
        if (packed === undefined) encoder.copyBufferToBuffer((input as GpuTensor).buffer, at, buffer, offset, size);
        else this.#upload(packed, at, buffer, offset, size);
        at += size;
      }
    }
  }

  #upload(packed: TensorData, at: number, buffer: GPUBuffer, offset: number, size: number): void {
    const bytes = Math.min(size, packed.byteLength - at);
    const { queue } = this.#device.gpuDevice;
    queue.writeBuffer(buffer, offset, packed.buffer as ArrayBuffer, packed.byteOffset + at, bytes);
  }

  #checkTensor(name: string, tensor: GpuTensor, type: TensorType): void {
    if (tensor.isDestroyed) {
      throw new DeviceError(`input "${name}": the tensor was destroyed. Destroy it after the run.`, {
        reason: 'destroyed',
      });
    }
    if (tensor.isLost) {
      throw new DeviceError(`input "${name}": the tensor was lost with its device. Make it again.`, { reason: 'lost' });
    }
    if (tensor.device !== this.#device) {
      throw new DeviceError(
        `input "${name}": the tensor is on another device. Read it back and upload it to this one.`,
      );
    }
    const { dtype, shape, quantization } = tensor.type;
    if (!sameShape(shape, type.shape) || dtype !== type.dtype) {
      throw new ShapeError(
        `input "${name}": expected ${type.dtype} ${formatShape(type.shape)}, got ${dtype} ${formatShape(shape)} on the device. Make it with the input's type.`,
      );
    }
    if (quantization !== undefined && !sameQuantization(quantization, type.quantization)) {
      throw new ShapeError(
        `input "${name}": the tensor's codes have another scale or zero point than the graph's input. Quantize it with the input's quantization.`,
      );
    }
  }
}

function isGpuBuffer(input: RunInput): input is GPUBuffer {
  return 'mapState' in input;
}
