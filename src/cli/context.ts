import type { Command } from 'commander';
import { openDevice, type Device, type Engine } from '../node/index.ts';
import type { Action } from './program.ts';

export type GpuKind = 'hardware' | 'software' | 'auto';

/** What every command is given besides its own arguments. */
export interface CommandContext {
  /** Print JSON only, on standard output. */
  readonly isJson: boolean;
  readonly gpu: GpuKind;
  /** Whether the user named the adapter. */
  readonly isGpuChosen: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly version: string;
}

/** Gives a command the options that all have, and its action. */
export type Define = <O>(command: Command, action: Action<O>) => void;

/** @param engine the int8 engine; measured when absent */
export function openCommandDevice(context: CommandContext, engine?: Engine): Promise<Device> {
  return openDevice({ gpu: context.isGpuChosen ? context.gpu : undefined, engine, signal: context.signal });
}

/** A device's name for people, such as `nvidia ampere (NVIDIA A100)`. */
export function deviceName({ capabilities }: Device): string {
  const { vendor, architecture, description, isSoftware } = capabilities;
  const name = [vendor, architecture].filter((part) => part !== '').join(' ');
  const detail = description === '' ? '' : ` (${description})`;
  return `${name}${detail}`.trim() || (isSoftware ? 'software adapter' : 'unnamed adapter');
}
