import { clamp, largestFloat32 } from '../../tensor/quantization.ts';
import { type Activation, activationBounds } from './activation.ts';

/** Specializes a shader that imports `clamp-float`: the activation's bounds, infinite ones as the largest float32. */
export function clampConstants(activation: Activation): { readonly CLAMP_LOW: number; readonly CLAMP_HIGH: number } {
  const [low, high] = activationBounds(activation);
  return {
    CLAMP_LOW: clamp(low, -largestFloat32, largestFloat32),
    CLAMP_HIGH: clamp(high, -largestFloat32, largestFloat32),
  };
}

/** The activation of a real number. */
export function applyActivation(value: number, activation: Activation): number {
  const [low, high] = activationBounds(activation);
  return clamp(value, low, high);
}
