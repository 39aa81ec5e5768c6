import type { Activation } from '../ops/lib/activation.ts';
import { callLayer, type LayerFunction, type LayerOptions } from './value.ts';

export interface SoftmaxOptions extends LayerOptions {
  /** Factor on the logits. Default 1. */
  readonly beta?: number;
}

export interface SlopeOptions extends LayerOptions {
  /** Of `leakyRelu`, the slope below zero, default 0.01; of `elu`, minus the limit far below zero, default 1. */
  readonly alpha?: number;
}

export interface HardSigmoidOptions extends LayerOptions {
  /** Slope. Default 1/6, as in MobileNetV3. */
  readonly alpha?: number;
  /** Value at zero. Default 0.5. */
  readonly beta?: number;
}

export interface GeluOptions extends LayerOptions {
  /** The approximation by tanh. Default false. */
  readonly isApproximate?: boolean;
}

/** max(x, 0). */
export function relu(options: LayerOptions = {}): LayerFunction {
  return clampLayer('relu', options);
}

/** min(max(x, 0), 6). */
export function relu6(options: LayerOptions = {}): LayerFunction {
  return clampLayer('relu6', options);
}

/** min(max(x, −1), 1). */
export function reluN1To1(options: LayerOptions = {}): LayerFunction {
  return clampLayer('relu-n1-to-1', options);
}

/** x where it is positive, else alpha · x. */
export function leakyRelu({ name, alpha = 0.01 }: SlopeOptions = {}): LayerFunction {
  return unaryLayer('leaky-relu', name, { alpha });
}

/** x where it is positive, else alpha · (eˣ − 1). */
export function elu({ name, alpha = 1 }: SlopeOptions = {}): LayerFunction {
  return unaryLayer('elu', name, { alpha });
}

/** x · Φ(x), Φ being the normal distribution. */
export function gelu({ name, isApproximate = false }: GeluOptions = {}): LayerFunction {
  return unaryLayer('gelu', name, { isApproximate });
}

/** x / (1 + e⁻ˣ), also known as swish. */
export function silu({ name }: LayerOptions = {}): LayerFunction {
  return unaryLayer('silu', name, {});
}

/** x · clamp(x + 3, 0, 6) / 6. */
export function hardSwish({ name }: LayerOptions = {}): LayerFunction {
  return unaryLayer('hard-swish', name, {});
}

/** clamp(alpha · x + beta, 0, 1). */
export function hardSigmoid({ name, alpha = 1 / 6, beta = 0.5 }: HardSigmoidOptions = {}): LayerFunction {
  return unaryLayer('hard-sigmoid', name, { alpha, beta });
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid({ name }: LayerOptions = {}): LayerFunction {
  return unaryLayer('sigmoid', name, {});
}

/** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ). */
export function tanh({ name }: LayerOptions = {}): LayerFunction {
  return unaryLayer('tanh', name, {});
}

/** e^(beta·xᵢ) / Σⱼ e^(beta·xⱼ) over the last axis. */
export function softmax({ name, beta = 1 }: SoftmaxOptions = {}): LayerFunction {
  return unaryLayer('softmax', name, { beta });
}

function unaryLayer(op: string, name: string | undefined, attributes: object): LayerFunction {
  const baseName = op.replaceAll('-', '_');
  return (x) => callLayer({ op, baseName, name, attributes, operands: [x] });
}

function clampLayer(activation: Exclude<Activation, 'none'>, { name }: LayerOptions): LayerFunction {
  const baseName = activation.replaceAll('-', '_');
  return (x) => callLayer({ op: 'relu', baseName, name, attributes: { activation }, operands: [x] });
}
