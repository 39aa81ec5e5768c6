import type { DType } from '../tensor/dtype.ts';
import type { Quantization } from '../tensor/quantization.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** One node of a session as it will run. */
export interface LayerReport {
  readonly name: string;
  readonly op: string;
  /** The shader that computes it, or `none` when its output is its input's bytes. */
  readonly kernel: string;
  readonly dtype: DType;
  /** Shape of the first output. */
  readonly shape: Shape;
  readonly quantization?: Quantization;
  /** Arithmetic operations, a multiply-accumulate counting as two. */
  readonly operations: number;
  /** Bytes that must cross the memory bus at least once. */
  readonly bytes: number;
}

/** A layer that has just run, its output readable until the next one runs. */
export interface Layer extends LayerReport {
  /** Name of the output value. */
  readonly output: string;
  /** GPU time where the device has timestamps, else host time around the submission; 0 without a dispatch. */
  readonly elapsedMicros: number;
  /**
   * The layer's output.
   * @throws DeviceError when the next layer has already run
   */
  read(): Promise<Tensor>;
}

/** Where the time of a run goes. */
export interface Profile {
  readonly layers: readonly (LayerReport & { readonly medianMicros: number })[];
  /** Sum of the layers' medians. */
  readonly totalMicros: number;
  readonly runs: number;
  /** What measured: GPU timestamps, or the host's clock around each submission. */
  readonly clock: 'gpu' | 'host';
}
