import type { Capabilities } from '../../src/gpu/capabilities.ts';
import type { SpecializedShader } from '../../src/gpu/shader.ts';

/** A device on which `testOp` compiles every variant of every kernel that it can run, and runs none. */
export interface CompileTarget {
  readonly capabilities: Capabilities;
  /** @throws when the shader does not compile, or exceeds the device's limits */
  readonly compile: (shader: SpecializedShader) => Promise<unknown>;
}

let lane: (() => readonly CompileTarget[]) | undefined;

/** Puts what registers from here on into the lane. */
export function enterCompileLane(targets: () => readonly CompileTarget[]): void {
  lane = targets;
}

export function compileLane(): (() => readonly CompileTarget[]) | undefined {
  return lane;
}
