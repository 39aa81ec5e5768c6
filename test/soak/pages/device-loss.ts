import { openDevice } from '../../../src/gpu/open-device.ts';
import { DeviceError } from '../../../src/errors.ts';
import { createSession, type Session } from '../../../src/runtime/session.ts';
import { codesInput, convolutionChain } from '../../support/small-graphs.ts';

export interface RunsDuringLoss {
  readonly finished: number;
  readonly lost: number;
  readonly other: readonly string[];
  /** Of the run after. */
  readonly next: readonly number[];
}

/** Long enough that a loss falls into a run. */
const graph = convolutionChain({ layers: 20, size: 64, channels: 64 });
const patienceMs = 20_000;

let session: Session;

async function run(seed: number): Promise<number[]> {
  return [...(await session.run({ x: codesInput(graph, seed) })).y.data];
}

/** @returns the bytes of a run */
export async function open(): Promise<number[]> {
  session = await createSession(await openDevice({ engine: 'scalar' }), graph);
  return run(0);
}

/** Keeps the GPU busy until it is lost, then runs once more. */
export async function runDuringLoss(): Promise<RunsDuringLoss> {
  let finished = 0;
  let lost = 0;
  const other: string[] = [];
  const end = performance.now() + patienceMs;
  while (lost === 0 && performance.now() < end) {
    for (const result of await Promise.allSettled([0, 1, 2, 3].map(run))) {
      if (result.status === 'fulfilled') finished++;
      else if (result.reason instanceof DeviceError && result.reason.reason === 'lost') lost++;
      else other.push(String(result.reason));
    }
  }
  return { finished, lost, other, next: await run(0) };
}
