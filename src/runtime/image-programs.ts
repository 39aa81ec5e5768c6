import encodeImage from '../../shaders/encode-image.wgsl';
import resizeImage from '../../shaders/resize-image.wgsl';
import warpImage from '../../shaders/warp-image.wgsl';
import type { Device } from '../gpu/device.ts';
import type { Pipeline } from '../gpu/pipelines.ts';
import { packParams, specializeShader, type SpecializedShader } from '../gpu/shader.ts';
import { linearDispatch } from '../ops/lib/linear-dispatch.ts';
import { quadCount } from '../tensor/shape.ts';
import type { TensorType } from '../tensor/tensor.ts';
import type { Size } from './image-geometry.ts';

/** ITU-R BT.601 luma in 65536ths, which sum to 65536. */
const brightness = [19595, 38470, 7471] as const;
/** Edge of the workgroups of the shaders that number their pixels in two dimensions. */
const tileSize = 8;
/** Bytes of the largest Params struct, as WebGPU pads it. */
const paramsBytes = 64;

/** The order in which the input has its colors. */
export type ChannelOrder = 'rgb' | 'bgr';

/** A compiled shader with its parameters. Its buffers change from image to image. */
export class ImageProgram {
  readonly #device: Device;
  readonly #gpuDevice: GPUDevice;
  readonly #pipeline: Pipeline;
  readonly #params: GPUBuffer;

  private constructor(device: Device, gpuDevice: GPUDevice, pipeline: Pipeline, params: GPUBuffer) {
    this.#device = device;
    this.#gpuDevice = gpuDevice;
    this.#pipeline = pipeline;
    this.#params = params;
  }

  /** @param on the GPUDevice that it belongs to */
  static async create(device: Device, owner: string, shader: SpecializedShader, on: GPUDevice): Promise<ImageProgram> {
    const pipeline = await device.compile(shader, on);
    const params = await device.createBuffer({
      label: `${owner}/${shader.name}/params`,
      owner,
      purpose: 'params',
      sizeBytes: paramsBytes,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
      on,
    });
    return new ImageProgram(device, on, pipeline, params);
  }

  /** Submits one launch; what was submitted before it is done first. */
  submit(params: Readonly<Record<string, number>>, buffers: readonly GPUBuffer[], workgroups: readonly number[]): void {
    const { shader, layout, pipeline } = this.#pipeline;
    const gpuDevice = this.#gpuDevice;
    gpuDevice.queue.writeBuffer(this.#params, 0, packParams(shader, params));
    const entries = [this.#params, ...buffers].map((buffer, binding) => ({ binding, resource: { buffer } }));
    const encoder = gpuDevice.createCommandEncoder({ label: shader.name });
    const pass = encoder.beginComputePass({ label: shader.name });
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, gpuDevice.createBindGroup({ label: shader.name, layout, entries }));
    pass.dispatchWorkgroups(workgroups[0], workgroups[1]);
    pass.end();
    gpuDevice.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    this.#device.release(this.#params);
  }
}

/** The launch that covers an image with one invocation a pixel. */
export function imageWorkgroups({ width, height }: Size): readonly number[] {
  return [Math.ceil(width / tileSize), Math.ceil(height / tileSize)];
}

export function resizeShader(direction: 'rows' | 'columns'): SpecializedShader {
  return specializeShader('resize-image', resizeImage, {
    constants: { ALONG_COLUMNS: direction === 'columns' ? 1 : 0 },
  });
}

export function warpShader(): SpecializedShader {
  return specializeShader('warp-image', warpImage);
}

/** @param startsWithBlue whether the image's pixels have blue in their lowest byte */
export function encodeShader(type: TensorType, order: ChannelOrder, startsWithBlue: boolean): SpecializedShader {
  const [, height, width, channels] = type.shape;
  const isReversed = (order === 'bgr') !== startsWithBlue;
  const weights = startsWithBlue ? brightness.toReversed() : brightness;
  return specializeShader('encode-image', encodeImage, {
    imports: { 'quads-int8': type.dtype === 'float32' ? 'quads-float' : 'quads-int8' },
    constants: {
      ...linearDispatch(width * height).constants,
      WIDTH: width,
      HEIGHT: height,
      QUADS: quadCount(type.shape),
      ...(isReversed && { FIRST_BYTE: 2, THIRD_BYTE: 0 }),
      ...(channels === 1 && { BRIGHTNESS_0: weights[0], BRIGHTNESS_1: weights[1], BRIGHTNESS_2: weights[2] }),
    },
  });
}
