import type { ReadonlyMat3 } from 'gl-matrix';
import { DeviceError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';
import { linearDispatch } from '../ops/lib/linear-dispatch.ts';
import type { TensorType } from '../tensor/tensor.ts';
import type { GpuTensor } from './gpu-tensor.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import type { Fit, Placement, Size } from './image-geometry.ts';
import {
  encodeShader,
  ImageProgram,
  imageWorkgroups,
  resizeShader,
  warpShader,
  type ChannelOrder,
} from './image-programs.ts';
import { imageSize, ImageUploader, startsWithBlue, type ImageSource } from './image-source.ts';
import { createPixelLookup, type PixelRange } from './pixel-lookup.ts';
import type { ResampleTable } from './resample-table.ts';
import { planResize, type ResizePlan } from './resize-plan.ts';

export interface PreprocessOptions {
  /**
   * The real numbers that pixel bytes become. Without it an 8-bit input takes bytes as codes (0 is the lowest code), and
   * a float input takes [−1, 1].
   */
  readonly range?: PixelRange;
  /** `rgb` by default. An input of one channel takes the brightness (ITU-R BT.601). */
  readonly channelOrder?: ChannelOrder;
  /** `stretch` by default. */
  readonly fit?: Fit;
  /** Red, green and blue bytes where the image does not reach; black by default. */
  readonly background?: readonly [number, number, number];
}

/** Four-byte pixels in a buffer on their way to the input. */
interface Pixels {
  readonly buffer: GPUBuffer;
  readonly pitch: number;
}

/** The shaders and scratch memory that turn images into an input, on one GPUDevice. */
export class ImagePipeline {
  readonly gpuDevice: GPUDevice;
  readonly #device: Device;
  readonly #type: TensorType;
  readonly #options: PreprocessOptions;
  readonly #owner: string;
  readonly #uploader: ImageUploader;
  readonly #spans: GrowingBuffer;
  readonly #weights: GrowingBuffer;
  readonly #lookup: GrowingBuffer;
  /** Pixels after the first pass, and after the last. */
  readonly #narrowed: GrowingBuffer;
  readonly #resized: GrowingBuffer;
  readonly #programs = new Map<string, Promise<ImageProgram>>();
  /** The last image's plan, because frames of a camera are all alike. */
  #plan: { readonly key: string; readonly plan: ResizePlan } | undefined;
  #isDestroyed = false;

  private constructor(device: Device, owner: string, type: TensorType, options: PreprocessOptions) {
    this.gpuDevice = device.gpuDevice;
    this.#device = device;
    this.#type = type;
    this.#options = options;
    this.#owner = owner;
    this.#uploader = new ImageUploader(device, owner, this.gpuDevice);
    const scratch = (purpose: string): GrowingBuffer => new GrowingBuffer(device, owner, purpose, this.gpuDevice);
    this.#spans = scratch('spans');
    this.#weights = scratch('weights');
    this.#lookup = scratch('lookup');
    this.#narrowed = scratch('narrowed');
    this.#resized = scratch('resized');
  }

  /** @throws ShapeError when the range does not fit the input */
  static async create(
    device: Device,
    owner: string,
    type: TensorType,
    options: PreprocessOptions,
  ): Promise<ImagePipeline> {
    const lookup = createPixelLookup(type, type.shape[3], options.range);
    const pipeline = new ImagePipeline(device, owner, type, options);
    try {
      await pipeline.#lookup.reserve(lookup.byteLength);
      await device.guard(
        `${owner}: uploading the lookup table`,
        ({ queue }) => queue.writeBuffer(pipeline.#lookup.buffer, 0, lookup),
        pipeline.gpuDevice,
      );
      return pipeline;
    } catch (error) {
      pipeline.destroy();
      throw error;
    }
  }

  /** Frees what it holds on the device. Safe to call twice. */
  destroy(): void {
    this.#isDestroyed = true;
    this.#uploader.destroy();
    for (const buffer of [this.#spans, this.#weights, this.#lookup, this.#narrowed, this.#resized]) buffer.destroy();
    for (const program of this.#programs.values()) void program.then((ready) => ready.destroy()).catch(() => undefined);
    this.#programs.clear();
  }

  get #size(): Size {
    return { width: this.#type.shape[2], height: this.#type.shape[1] };
  }

  /** Writes one image into the tensor, at an index of its first axis. */
  async add(image: ImageSource, index: number, transform: ReadonlyMat3 | undefined, result: GpuTensor): Promise<void> {
    const isBlueFirst = startsWithBlue(image);
    await this.#uploader.reserve(image);
    const encode = await this.#program(`encode ${isBlueFirst}`, () =>
      encodeShader(this.#type, this.#options.channelOrder ?? 'rgb', isBlueFirst),
    );
    const shape =
      transform === undefined ? await this.#prepareResize(image) : await this.#prepareWarp(image, transform);
    const { width, height } = this.#size;
    await this.#device.guard(
      `${this.#owner}: image ${index}`,
      () => {
        const pitch = this.#uploader.upload(image);
        const { placement, pixels } = shape({ buffer: this.#uploader.buffer, pitch });
        const params = {
          x: placement.x,
          y: placement.y,
          width: placement.width,
          height: placement.height,
          pitch: pixels.pitch,
          background: this.#background(isBlueFirst),
          firstQuad: index * width * height,
        };
        encode.submit(
          params,
          [pixels.buffer, this.#lookup.buffer, result.buffer],
          linearDispatch(width * height).workgroups,
        );
      },
      this.gpuDevice,
    );
  }

  /** Does all that must be awaited, and returns what submits the passes. */
  async #prepareResize(image: ImageSource): Promise<(source: Pixels) => { placement: Placement; pixels: Pixels }> {
    const plan = this.#planFor(imageSize(image));
    const { placement, alongRows, alongColumns, rows, firstRow } = plan;
    const narrow = alongRows && (await this.#program('rows', () => resizeShader('rows')));
    const shorten = alongColumns && (await this.#program('columns', () => resizeShader('columns')));
    if (narrow) await this.#narrowed.reserve(placement.width * rows * 4);
    if (shorten) await this.#resized.reserve(placement.width * placement.height * 4);
    for (const table of [alongRows, alongColumns]) {
      if (table === undefined) continue;
      await this.#spans.reserve(table.spans.byteLength);
      await this.#weights.reserve(table.weights.byteLength);
    }
    return (source) => {
      let pixels = source;
      if (narrow && alongRows) {
        const size = { width: placement.width, height: rows };
        pixels = this.#resize(narrow, pixels, size, firstRow * pixels.pitch, alongRows, this.#narrowed.buffer);
      }
      if (shorten && alongColumns) {
        const size = { width: placement.width, height: placement.height };
        pixels = this.#resize(shorten, pixels, size, 0, alongColumns, this.#resized.buffer);
      }
      return { placement, pixels };
    };
  }

  #resize(
    program: ImageProgram,
    from: Pixels,
    size: Size,
    sourceOffset: number,
    table: ResampleTable,
    to: GPUBuffer,
  ): Pixels {
    const { queue } = this.gpuDevice;
    queue.writeBuffer(this.#spans.buffer, 0, table.spans);
    queue.writeBuffer(this.#weights.buffer, 0, table.weights);
    const params = { ...size, sourcePitch: from.pitch, sourceOffset };
    program.submit(params, [from.buffer, this.#spans.buffer, this.#weights.buffer, to], imageWorkgroups(size));
    return { buffer: to, pitch: size.width };
  }

  async #prepareWarp(
    image: ImageSource,
    transform: ReadonlyMat3,
  ): Promise<(source: Pixels) => { placement: Placement; pixels: Pixels }> {
    const size = this.#size;
    const { width: sourceWidth, height: sourceHeight } = imageSize(image);
    const program = await this.#program('warp', warpShader);
    await this.#resized.reserve(size.width * size.height * 4);
    const matrix = Object.fromEntries(Array.from(transform, (value, index) => [`m${index}`, value]));
    return (source) => {
      const background = this.#background(startsWithBlue(image));
      const params = { ...size, sourceWidth, sourceHeight, sourcePitch: source.pitch, background, ...matrix };
      program.submit(params, [source.buffer, this.#resized.buffer], imageWorkgroups(size));
      const placement = { left: 0, top: 0, right: sourceWidth, bottom: sourceHeight, x: 0, y: 0, ...size };
      return { placement, pixels: { buffer: this.#resized.buffer, pitch: size.width } };
    };
  }

  #planFor(source: Size): ResizePlan {
    const key = `${source.width}x${source.height}`;
    if (this.#plan?.key !== key) {
      this.#plan = { key, plan: planResize(source, this.#size, this.#options.fit ?? 'stretch') };
    }
    return this.#plan.plan;
  }

  #background(isBlueFirst: boolean): number {
    const [red, green, blue] = this.#options.background ?? [0, 0, 0];
    const [first, third] = isBlueFirst ? [blue, red] : [red, blue];
    return (first | (green << 8) | (third << 16) | (0xff << 24)) >>> 0;
  }

  #program(key: string, shader: () => Parameters<typeof ImageProgram.create>[2]): Promise<ImageProgram> {
    // What is made from here on, `destroy` would not find.
    if (this.#isDestroyed)
      throw new DeviceError(`${this.#owner} was destroyed. Create a new one.`, { reason: 'destroyed' });
    let program = this.#programs.get(key);
    if (program === undefined) {
      program = ImageProgram.create(this.#device, this.#owner, shader(), this.gpuDevice);
      this.#programs.set(key, program);
      // A failure is not remembered: the next image gets a fresh attempt.
      program.catch(() => this.#programs.delete(key));
    }
    return program;
  }
}
