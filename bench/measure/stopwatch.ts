import type { Device } from '../../src/gpu/device.ts';
import { PassTimer } from '../../src/gpu/pass-timer.ts';
import { summarize } from './statistics.ts';

/** Something to be timed. */
export interface Work {
  readonly label: string;
  /** Records the work once; each recording waits for the one before it, as the layers of a network do. */
  encode(pass: GPUComputePassEncoder): void;
}

/** What measured: GPU timestamps around a compute pass, or the host's clock around a submission. */
export type Clock = 'gpu' | 'host';

/** How to sample some work. */
export interface Calibration {
  readonly repetitions: number;
  /** Of one repetition, roughly. */
  readonly seconds: number;
}

/** A submission's own cost is kept below this share of what the host's clock measures. */
const submissionShare = 0.05;
/** Browsers round GPU timestamps to 100 microseconds, which is then a fiftieth. */
const passSeconds = 0.005;
/** Passes of more launches are no more exact, and take long to record. */
const maxRepetitions = 2000;
/** GPU and host must agree about a long pass to within this factor, or the timestamps are not trusted. */
const clockTolerance = 2;
/** The best of so many long turns counts, since either may be disturbed. */
const clockTurns = 5;

/**
 * Times work on the device: so many repetitions in one pass of one submission that neither the clock's resolution nor
 * the submission's own cost counts. Nothing is read back or uploaded meanwhile.
 */
export class Stopwatch {
  /** Host seconds from submitting nothing to hearing that it is done. */
  readonly submissionSeconds: number;
  readonly #device: Device;
  readonly #signal: AbortSignal | undefined;
  #timer: PassTimer | undefined;

  private constructor(device: Device, timer: PassTimer | undefined, submission: number, signal?: AbortSignal) {
    this.#device = device;
    this.#timer = timer;
    this.#signal = signal;
    this.submissionSeconds = submission;
  }

  static async create(device: Device, signal?: AbortSignal): Promise<Stopwatch> {
    const nothing: Work = { label: 'nothing', encode: () => undefined };
    const samples: number[] = [];
    for (let i = 0; i < 16; i++) samples.push(await timeOnHost(device, nothing, 1));
    return new Stopwatch(device, await PassTimer.create(device, 'bench', 1), summarize(samples).median, signal);
  }

  get clock(): Clock {
    return this.#timer === undefined ? 'host' : 'gpu';
  }

  /** Seconds that one submission should take to be timed well. */
  get targetSeconds(): number {
    return this.clock === 'gpu' ? passSeconds : Math.max(passSeconds, this.submissionSeconds / submissionShare);
  }

  /** Seconds of one repetition. */
  async time(work: Work, repetitions: number): Promise<number> {
    this.#signal?.throwIfAborted();
    const seconds =
      this.#timer === undefined
        ? await timeOnHost(this.#device, work, repetitions)
        : await timeOnGpu(this.#device, this.#timer, work, repetitions);
    return seconds / repetitions;
  }

  /** How many repetitions take as long as they should. The first run pays for what drivers put off until then. */
  async calibrate(work: Work): Promise<Calibration> {
    let repetitions = 1;
    await this.time(work, repetitions);
    for (;;) {
      const each = await this.time(work, repetitions);
      const seconds = each * repetitions;
      if (seconds >= this.targetSeconds || repetitions === maxRepetitions) return { repetitions, seconds: each };
      // A time of nothing is the clock's resolution; growth is bounded because the first times are the least exact.
      const growth = Math.min(Math.max(this.targetSeconds / seconds, 1.25), 16);
      repetitions = Math.min(Math.ceil(repetitions * growth), maxRepetitions);
    }
  }

  /** Repeats work until so many seconds have gone by: a GPU at rest takes some 100 ms to raise its clocks. */
  async warmUp(work: Work, repetitions: number, seconds: number): Promise<void> {
    const start = performance.now();
    while (performance.now() - start < seconds * 1000) await this.time(work, repetitions);
  }

  /**
   * Turns to the host's clock when the GPU's timestamps of some long work disagree with it.
   * @returns GPU time over host time; undefined when there are no timestamps
   */
  async checkClock(work: Work): Promise<number | undefined> {
    if (this.#timer === undefined) return undefined;
    // As many as make the submission's own cost small, as if there were no timestamps.
    const wanted = Math.max(this.submissionSeconds / submissionShare, 4 * passSeconds);
    const repetitions = Math.min(Math.ceil(wanted / (await timeOnHost(this.#device, work, 1))), maxRepetitions);
    let [gpu, host] = [Infinity, Infinity];
    for (let turn = 0; turn < clockTurns; turn++) {
      gpu = Math.min(gpu, await timeOnGpu(this.#device, this.#timer, work, repetitions));
      host = Math.min(host, await timeOnHost(this.#device, work, repetitions));
    }
    const ratio = gpu / host;
    if (!(ratio > 1 / clockTolerance && ratio < clockTolerance)) {
      this.#timer.destroy();
      this.#timer = undefined;
    }
    return ratio;
  }

  destroy(): void {
    this.#timer?.destroy();
  }
}

async function timeOnGpu(device: Device, timer: PassTimer, work: Work, repetitions: number): Promise<number> {
  await device.guard(work.label, () => device.gpuDevice.queue.submit([record(device, work, repetitions, timer)]));
  const [micros] = await timer.read();
  return micros / 1e6;
}

async function timeOnHost(device: Device, work: Work, repetitions: number): Promise<number> {
  const { queue } = device.gpuDevice;
  const commands = record(device, work, repetitions);
  await queue.onSubmittedWorkDone();
  const start = performance.now();
  const submitted = device.guard(work.label, () => queue.submit([commands]));
  await queue.onSubmittedWorkDone();
  const milliseconds = performance.now() - start;
  await submitted;
  return milliseconds / 1000;
}

function record(device: Device, work: Work, repetitions: number, timer?: PassTimer): GPUCommandBuffer {
  const encoder = device.gpuDevice.createCommandEncoder({ label: work.label });
  const pass = encoder.beginComputePass({ label: work.label, timestampWrites: timer?.timestampWrites(0) });
  for (let i = 0; i < repetitions; i++) work.encode(pass);
  pass.end();
  timer?.resolve(encoder);
  return encoder.finish();
}
