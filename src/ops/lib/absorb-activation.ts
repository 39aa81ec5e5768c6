import type { Absorbed, Neighbour } from '../define-op.ts';
import type { Activation } from './activation.ts';
import { sameQuantization } from './operands.ts';

interface Activated {
  readonly activation: Activation;
}

/**
 * Merges a relu into an op that ends in a clamp and has none yet. On codes the clamp is the same before and after only
 * when both outputs have one quantization.
 */
export function absorbActivation<A extends Activated>(self: Neighbour, consumer: Neighbour): Absorbed<A> | undefined {
  const attributes = self.attributes as A;
  const [own] = self.context.outputs;
  const [result] = consumer.context.outputs;
  if (consumer.op !== 'relu' || attributes.activation !== 'none') return undefined;
  if (own.dtype !== result.dtype || !sameQuantization(own.quantization, result.quantization)) return undefined;
  const { activation } = consumer.attributes as Activated;
  return { attributes: { ...attributes, activation }, inputs: self.inputs };
}
