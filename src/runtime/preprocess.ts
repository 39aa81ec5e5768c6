import type { ReadonlyMat3 } from 'gl-matrix';
import { DeviceError, ShapeError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';
import { untilAborted } from '../gpu/until-aborted.ts';
import { formatShape, sameShape } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';
import { GpuTensor } from './gpu-tensor.ts';
import { ImagePipeline, type PreprocessOptions } from './image-pipeline.ts';
import type { ImageSource } from './image-source.ts';

/** Options of {@link Preprocessor.process}. */
export interface ProcessOptions {
  /**
   * From the input's pixel coordinates to the image's, both with (0, 0) at the corner of the first pixel and (0.5, 0.5)
   * at its center; replaces `fit`. A gl-matrix mat3 (by columns), projective maps included.
   */
  readonly transform?: ReadonlyMat3;
  /** Receives the result; a tensor of the input's type. */
  readonly target?: GpuTensor;
  /** Ends the work between two images, or while the call waits for its turn. What was written of a target stays. */
  readonly signal?: AbortSignal;
}

let preprocessorCount = 0;

/**
 * Turns images into a network's input on the GPU: resizes or warps, orders channels, normalizes and quantizes.
 * Colors pass through bytes between the steps. Resizing is in integers and gives the same bytes on every device (those
 * of Pillow's bilinear filter); a warp may differ by one step of a byte. Transparency is ignored.
 * After a loss of the GPU the next call opens it again and makes anew what it needs there.
 */
export class Preprocessor {
  readonly #device: Device;
  readonly #type: TensorType;
  readonly #options: PreprocessOptions;
  readonly #owner: string;
  #pipeline: ImagePipeline;
  /** Calls take turns, because they share the scratch buffers. */
  #turn: Promise<unknown> = Promise.resolve();
  #isDestroyed = false;

  private constructor(
    device: Device,
    type: TensorType,
    options: PreprocessOptions,
    owner: string,
    pipeline: ImagePipeline,
  ) {
    this.#device = device;
    this.#type = type;
    this.#options = options;
    this.#owner = owner;
    this.#pipeline = pipeline;
  }

  /** @throws ShapeError when the input cannot hold images, or the range does not fit it */
  static async create(
    device: Device,
    type: TensorType,
    options: PreprocessOptions & { readonly signal?: AbortSignal } = {},
  ): Promise<Preprocessor> {
    const channels = type.shape[3];
    if (type.shape.length !== 4 || ![1, 3, 4].includes(channels)) {
      throw new ShapeError(
        `image: an input of shape ${formatShape(type.shape)} cannot hold images. It must be [N, H, W, C] with 1, 3 or 4 channels.`,
      );
    }
    await device.recover(options);
    const owner = `preprocessor#${++preprocessorCount}`;
    return new Preprocessor(device, type, options, owner, await ImagePipeline.create(device, owner, type, options));
  }

  /**
   * @param images one for each index of the input's first axis
   * @returns the target, or a new tensor that the caller destroys, for `session.run`
   * @throws ShapeError when there are too few or too many images, or one does not fit what it says of itself
   * @throws DeviceError when this preprocessor is destroyed, before or during the work
   */
  process(images: ImageSource | readonly ImageSource[], options: ProcessOptions = {}): Promise<GpuTensor> {
    const list = Array.isArray(images) ? (images as readonly ImageSource[]) : [images as ImageSource];
    const { signal } = options;
    const result = this.#turn.then(() => this.#process(list, options));
    this.#turn = result.then(
      (tensor) => {
        // Whoever called was told of the abort, and nobody else has it.
        if (signal?.aborted && tensor !== options.target) tensor.destroy();
      },
      () => undefined,
    );
    return untilAborted(result, signal);
  }

  /**
   * Frees what it holds on the device, but not the tensors it made. Calls under way and waiting are rejected. Safe to
   * call twice.
   */
  destroy(): void {
    this.#isDestroyed = true;
    this.#pipeline.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  async #process(images: readonly ImageSource[], { transform, target, signal }: ProcessOptions): Promise<GpuTensor> {
    signal?.throwIfAborted();
    this.#assertUsable();
    const { shape, dtype } = this.#type;
    if (images.length !== shape[0]) {
      throw new ShapeError(
        `image: ${images.length} images for an input ${formatShape(shape)}, which takes ${shape[0]} at once.`,
      );
    }
    if (target !== undefined && !(target.type.dtype === dtype && sameShape(target.type.shape, shape))) {
      throw new ShapeError(
        `image: the target is ${target.type.dtype} ${formatShape(target.type.shape)}, the input ${dtype} ${formatShape(shape)}.`,
      );
    }
    const pipeline = await this.#current(signal);
    if (target?.isLost) {
      throw new DeviceError('image: the target was lost with its device. Make it again.', { reason: 'lost' });
    }
    const result = target ?? (await GpuTensor.create(this.#device, this.#type, `${this.#owner}/input`));
    try {
      for (const [index, image] of images.entries()) {
        signal?.throwIfAborted();
        await pipeline.add(image, index, transform, result);
      }
    } catch (error) {
      if (target === undefined) result.destroy();
      this.#assertUsable(error);
      throw error;
    }
    return result;
  }

  /** @param cause what failed because of it, if something did */
  #assertUsable(cause?: unknown): void {
    if (this.#isDestroyed)
      throw new DeviceError(`${this.#owner} was destroyed. Create a new one.`, { cause, reason: 'destroyed' });
  }

  /** The shaders and memory of the device as it is now. */
  async #current(signal: AbortSignal | undefined): Promise<ImagePipeline> {
    if (!this.#device.isCurrent(this.#pipeline.gpuDevice)) {
      await this.#device.recover({ signal });
      const pipeline = await ImagePipeline.create(this.#device, this.#owner, this.#type, this.#options);
      this.#pipeline.destroy();
      this.#pipeline = pipeline;
      if (this.#isDestroyed) pipeline.destroy();
      this.#assertUsable();
    }
    return this.#pipeline;
  }
}

/** Prepares images for an input of a network. */
export function createPreprocessor(
  device: Device,
  inputType: TensorType,
  options: PreprocessOptions & { readonly signal?: AbortSignal } = {},
): Promise<Preprocessor> {
  return Preprocessor.create(device, inputType, options);
}
