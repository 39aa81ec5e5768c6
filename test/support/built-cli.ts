import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { wgslPlugin } from '../../scripts/wgsl-plugin.mjs';

const root = path.resolve(import.meta.dirname, '../..');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as users run it: built, in a process of its own. */
export class BuiltCli {
  /** Where it lies and runs: inside the repository, so that it finds its packages. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async build(): Promise<BuiltCli> {
    await mkdir(path.join(root, 'build'), { recursive: true });
    const folder = await mkdtemp(path.join(root, 'build', 'cli-test-'));
    const bundle = await rolldown({
      input: { cli: path.join(root, 'src/cli/main.ts') },
      platform: 'node',
      external: ['webgpu', 'gl-matrix', 'sharp'],
      plugins: [wgslPlugin()],
      transform: { target: 'es2023' },
    });
    await bundle.write({ dir: folder });
    return new BuiltCli(folder);
  }

  run(args: readonly string[], options: { killAfterMs?: number } = {}): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [path.join(this.folder, 'cli.js'), ...args], {
        cwd: this.folder,
        env: { ...process.env, NO_COLOR: '1' },
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
      if (options.killAfterMs !== undefined) setTimeout(() => child.kill('SIGINT'), options.killAfterMs);
    });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
