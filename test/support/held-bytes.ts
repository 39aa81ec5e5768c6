import type { Session } from '../../src/runtime/session.ts';

/** Bytes that the sessions of a graph hold on their device; one of them at a time, to know whose they are. */
export function heldBytes({ device }: Session, graphName: string): { activations: number; weights: number } {
  const held = { activations: 0, weights: 0 };
  for (const [owner, { activations = 0, weights = 0 }] of Object.entries(device.memory().owners)) {
    if (!owner.includes(`session:${graphName}#`)) continue;
    held.activations += activations;
    held.weights += weights;
  }
  return held;
}
