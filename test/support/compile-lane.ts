import type { Capabilities } from '../../src/gpu/capabilities.ts';
import type { SpecializedShader } from '../../src/gpu/shader.ts';

/** A lane in which `testOp` compiles every variant of every kernel and runs none. */
export interface CompileLane {
  /** Of the device that compiles. */
  readonly capabilities: () => Capabilities;
  /** @throws when the shader does not compile */
  readonly compile: (shader: SpecializedShader) => Promise<void>;
}

let lane: CompileLane | undefined;

/** Puts what registers from here on into the lane. */
export function enterCompileLane(entered: CompileLane): void {
  lane = entered;
}

export function compileLane(): CompileLane | undefined {
  return lane;
}
