import { execFile } from 'node:child_process';
import os from 'node:os';
import { promisify } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };

/** What a report says besides what was measured. */
export interface Environment {
  readonly library: { readonly version: string; readonly commit: string | null };
  readonly host: {
    readonly cpu: string;
    readonly cores: number;
    /** Processes that wanted to run during the last minute, before the benchmark did. */
    readonly loadAverage: number;
    readonly platform: string;
    readonly node: string;
    /** Version of the npm package that brings Dawn. */
    readonly webgpu: string;
  };
}

/** @param commit what is measured, where the user says it */
export async function describeEnvironment(commit: string | undefined): Promise<Environment> {
  const cpus = os.cpus();
  return {
    library: { version: packageJson.version, commit: commit ?? (await gitCommit()) },
    host: {
      cpu: cpus[0]?.model.trim() ?? 'unknown',
      cores: cpus.length,
      loadAverage: os.loadavg()[0],
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
      webgpu: packageJson.dependencies.webgpu,
    },
  };
}

/** Of the repository the command runs in; `+` marks changes that are not committed. */
async function gitCommit(): Promise<string | null> {
  const git = promisify(execFile);
  try {
    const { stdout: hash } = await git('git', ['rev-parse', '--short=12', 'HEAD']);
    const { stdout: changes } = await git('git', ['status', '--porcelain', '--', 'src', 'shaders', 'bench']);
    return hash.trim() + (changes.trim() === '' ? '' : '+');
  } catch {
    return null;
  }
}
