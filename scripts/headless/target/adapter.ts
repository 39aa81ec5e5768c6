import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { type Driver, listDrivers, withoutX11 } from './drivers.ts';

export interface Adapter {
  readonly kind: 'hardware' | 'software';
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

export interface ChosenAdapter {
  /** Null when there is none of the wanted kind. */
  readonly adapter: Adapter | null;
  /** Variables for every program that uses it. */
  readonly environment: NodeJS.ProcessEnv;
  /** What was tried and failed. */
  readonly notes: readonly string[];
}

/**
 * Looks for an adapter, a hardware one first. Each attempt is a process of its own, which a broken driver may take down.
 * @param root of the bundle; `environment` must lead to the drivers already
 */
export function chooseAdapter(
  kind: 'hardware' | 'software' | 'auto',
  environment: NodeJS.ProcessEnv,
  root: string,
): ChosenAdapter {
  const notes: string[] = [];
  const attempt = (wanted: Adapter['kind'], added: Record<string, string> = {}): ChosenAdapter | null => {
    const tried = { ...environment, ...added, QUADOT_GPU: wanted };
    const { stdout, stderr, status, signal } = spawnSync(
      process.execPath,
      [path.join(root, 'headless/find-adapter.js'), wanted],
      { env: tried, encoding: 'utf8', timeout: 120_000 },
    );
    if (status === 0)
      return { adapter: JSON.parse(stdout.trim().split('\n').at(-1)!) as Adapter, environment: tried, notes };
    // Dawn's own words for what the loader and the drivers answered.
    const warnings = new Set(stderr.split('\n').filter((line) => line.startsWith('Warning: ')));
    const isMissing = stderr.includes('No WebGPU adapter');
    const crash = isMissing ? [] : [`Looking for it ended with ${signal ?? `code ${status}`}.`, stderr.trim()];
    notes.push(`No ${wanted} adapter.`, ...crash, ...(isMissing ? warnings : []));
    return null;
  };
  if (kind !== 'software') {
    const found = attempt('hardware');
    if (found) return found;
    const drivers = listDrivers(environment);
    notes.push(...describeDrivers(drivers));
    const nvidia = withoutX11(drivers, environment, path.join(root, 'nvidia_icd.json'));
    const second = nvidia && attempt('hardware', nvidia);
    if (second) return second;
  }
  const software = kind === 'hardware' ? null : attempt('software');
  return software ?? { adapter: null, environment, notes };
}

export function describeDrivers(drivers: readonly Driver[]): string[] {
  if (drivers.length === 0) {
    return [
      'No Vulkan driver is installed: no manifest in /usr/share/vulkan/icd.d or /etc/vulkan/icd.d, none in VK_DRIVER_FILES.',
    ];
  }
  return drivers.map(
    ({ manifest, library, problem }) =>
      `Driver ${manifest}: ${library} ${problem === null ? 'loads' : `does not load: ${problem}`}`,
  );
}
