import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { runnerImport } from 'vite';

/**
 * Which adapter tests and pages are going to get: hardware where Dawn finds some, else software where a driver is
 * installed, else null. QUADOT_GPU=hardware|software leaves only the one.
 * @returns {Promise<'hardware' | 'software' | null>}
 */
export async function adapterKind() {
  const wanted = process.env.QUADOT_GPU;
  if (wanted !== 'software' && (await probeHardware())) return 'hardware';
  if (wanted !== 'hardware' && (await (await softwareGpu()).findSoftwareVulkan())) return 'software';
  return null;
}

/** The library's own module, for scripts: Node 20 reads no TypeScript, so Vite imports it. */
export async function softwareGpu() {
  const source = path.resolve(import.meta.dirname, '../src/node/software-gpu.ts');
  /** @type {{ module: typeof import('../src/node/software-gpu.ts') }} */
  const { module } = await runnerImport(source, { configFile: false, logLevel: 'error' });
  return module;
}

/** Whether Dawn sees a hardware adapter. In a process of its own: a broken driver must not take us down. */
async function probeHardware() {
  const probe = `
    import { create } from 'webgpu';
    const adapter = await create([]).requestAdapter();
    process.exit(adapter && !adapter.info.isFallbackAdapter ? 0 : 1);
  `;
  try {
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', probe], {
      cwd: import.meta.dirname,
      timeout: 30_000,
    });
    return true;
  } catch {
    return false;
  }
}
