import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Adapter } from './adapter.ts';

/** The unpacked bundle. */
export const root: string = path.resolve(import.meta.dirname, '..');

/** What the bundle says of itself, in `bundle.json`. */
export interface Bundle {
  /** Versions. */
  readonly quadot: string;
  readonly commit: string;
  readonly node: string;
  readonly dawn: string;
  /** Archive of SwiftShader and a Vulkan loader, and the folder it is unpacked to; null when the bundle has none. */
  readonly software: { readonly archive: string; readonly folder: string } | null;
}

export const bundle: Bundle = JSON.parse(readFileSync(path.join(root, 'bundle.json'), 'utf8')) as Bundle;

/** The programs that run.sh has a command for, with what stands before the user's arguments. */
export const programs = {
  doctor: ['dist/cli.js', 'doctor'],
  conformance: ['headless/conformance.js'],
  bench: ['bench/main.js', '--commit', bundle.commit],
  cli: ['dist/cli.js'],
} as const;

/** What a log should begin with: the versions, the machine and the adapter. */
export function describeRun({ kind, vendor, architecture, device, description }: Adapter): string {
  const { glibcVersionRuntime } = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header;
  const cpu = os.cpus()[0]?.model ?? 'unknown processor';
  return [
    `quadot ${bundle.quadot}, commit ${bundle.commit}; Dawn of webgpu ${bundle.dawn}; Node ${process.version}`,
    `Linux ${os.release()}, glibc ${glibcVersionRuntime}, ${os.availableParallelism()} x ${cpu}`,
    `${kind} adapter: ${[vendor, architecture, device].filter(Boolean).join(' ')} (${description})`,
    new Date().toISOString(),
  ].join('\n');
}
