import packRowsFloat from '../../shaders/pack-rows-float.wgsl';
import packRowsInt8 from '../../shaders/pack-rows-int8.wgsl';
import { ShapeError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';
import type { Pipeline } from '../gpu/pipelines.ts';
import { specializeShader } from '../gpu/shader.ts';
import { linearDispatch } from '../ops/lib/linear-dispatch.ts';
import { bytesPerElement } from '../tensor/dtype.ts';
import { elementCount, quadCount, quadsPerRow, rowLength } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';
import type { Slice } from './resources.ts';

/** Brings a caller's GPUBuffer of dense row-major elements into the device layout. */
export class DenseInput {
  readonly #device: Device;
  readonly #name: string;
  readonly #sizeBytes: number;
  readonly #target: Slice;
  readonly #pipeline: Pipeline;
  readonly #workgroups: readonly [number, number, number];
  /** Bind groups of the buffers seen so far; a caller brings the same few again and again. */
  readonly #bindGroups = new WeakMap<GPUBuffer, GPUBindGroup>();

  private constructor(
    device: Device,
    name: string,
    sizeBytes: number,
    target: Slice,
    pipeline: Pipeline,
    workgroups: readonly [number, number, number],
  ) {
    this.#device = device;
    this.#name = name;
    this.#sizeBytes = sizeBytes;
    this.#target = target;
    this.#pipeline = pipeline;
    this.#workgroups = workgroups;
  }

  /** @param type the graph's input, as the caller knows it; @param target where the session holds it */
  static async create(device: Device, name: string, type: TensorType, target: Slice): Promise<DenseInput> {
    const { dtype, shape } = type;
    const words = Math.ceil((elementCount(shape) * bytesPerElement(dtype)) / 4);
    const launch = linearDispatch(quadCount(shape));
    const isCode = bytesPerElement(dtype) === 1;
    const shader = specializeShader(
      isCode ? 'pack-rows-int8' : 'pack-rows-float',
      isCode ? packRowsInt8 : packRowsFloat,
      {
        constants: {
          CHANNELS: rowLength(shape),
          QUADS_PER_ROW: quadsPerRow(shape),
          QUADS: quadCount(shape),
          DENSE_WORDS: words,
          ...launch.constants,
          ...(isCode && { SIGN_FLIP: dtype === 'uint8' ? 0x80808080 : 0 }),
        },
      },
    );
    return new DenseInput(device, name, words * 4, target, await device.compile(shader), launch.workgroups);
  }

  /** @throws ShapeError when the buffer is too small or was made without STORAGE usage */
  encode(encoder: GPUCommandEncoder, source: GPUBuffer): void {
    const pass = encoder.beginComputePass({ label: `input/${this.#name}` });
    pass.setPipeline(this.#pipeline.pipeline);
    pass.setBindGroup(0, this.#bindGroup(source));
    pass.dispatchWorkgroups(...this.#workgroups);
    pass.end();
  }

  #bindGroup(source: GPUBuffer): GPUBindGroup {
    const known = this.#bindGroups.get(source);
    if (known !== undefined) return known;
    if (source.size < this.#sizeBytes || (source.usage & GPUBufferUsage.STORAGE) === 0) {
      throw new ShapeError(
        `input "${this.#name}": the GPUBuffer has ${source.size} bytes and usage ${source.usage}; it needs ${this.#sizeBytes} bytes (dense, rounded up to 4) and usage STORAGE.`,
      );
    }
    const bindGroup = this.#device.gpuDevice.createBindGroup({
      label: `input/${this.#name}`,
      layout: this.#pipeline.layout,
      entries: [
        { binding: 1, resource: { buffer: source, size: this.#sizeBytes } },
        { binding: 2, resource: { ...this.#target } },
      ],
    });
    this.#bindGroups.set(source, bindGroup);
    return bindGroup;
  }
}
