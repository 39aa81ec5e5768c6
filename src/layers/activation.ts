import type { Activation } from '../ops/lib/activation.ts';
import { callLayer, type LayerFunction, type LayerOptions } from './value.ts';

export interface SoftmaxOptions extends LayerOptions {
  /** Factor on the logits. Default 1. */
  readonly beta?: number;
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

/** 1 / (1 + e⁻ˣ). */
export function sigmoid({ name }: LayerOptions = {}): LayerFunction {
  return (x) => callLayer({ op: 'sigmoid', name, attributes: {}, operands: [x] });
}

/** e^(beta·xᵢ) / Σⱼ e^(beta·xⱼ) over the last axis. */
export function softmax({ name, beta = 1 }: SoftmaxOptions = {}): LayerFunction {
  return (x) => callLayer({ op: 'softmax', name, attributes: { beta }, operands: [x] });
}

function clampLayer(activation: Exclude<Activation, 'none'>, { name }: LayerOptions): LayerFunction {
  const baseName = activation.replaceAll('-', '_');
  return (x) => callLayer({ op: 'relu', baseName, name, attributes: { activation }, operands: [x] });
}
