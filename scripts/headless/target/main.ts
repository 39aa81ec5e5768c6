// The commands of run.sh, which has unpacked this and checked the machine: main.js COMMAND [ARGUMENT…].
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { hasVulkanLoader } from '../../../src/node/software-gpu.ts';
import { chooseAdapter, describeDrivers } from './adapter.ts';
import { bundle, describeRun, programs, root } from './bundle.ts';
import { driverEnvironment, listDrivers } from './drivers.ts';
import { runAll, writeSummary } from './run-all.ts';

const NO_ADAPTER =
  "run.sh: there is no such adapter. Install the GPU's Vulkan driver; or name its manifest: " +
  'VK_DRIVER_FILES=/path/to/icd.json ./run.sh …; or take the CPU: ./run.sh --gpu software …';

type Command = keyof typeof programs | 'all' | 'drivers';

async function main(command: Command, args: readonly string[]): Promise<number> {
  const [folder] = args;
  if (command === 'all' && args.length !== 1) {
    console.error('run.sh: all takes one folder, for its logs: ./run.sh all results');
    return 2;
  }
  const loader = bundle.software !== null && !hasVulkanLoader() ? path.join(root, bundle.software.folder) : undefined;
  const environment: NodeJS.ProcessEnv = {
    QUADOT_MODELS: root,
    ...process.env,
    ...driverEnvironment(process.env, { loader }),
  };
  if (command === 'cli') return run([...programs.cli, ...args], environment);

  const kind = (process.env['QUADOT_GPU'] || 'auto') as 'hardware' | 'software' | 'auto';
  const { adapter, notes, environment: chosen } = chooseAdapter(kind, environment, root);
  const about = [...notes, adapter === null ? NO_ADAPTER : describeRun(adapter)].join('\n');
  // On standard error, so that standard output is what the program prints.
  console.error(`${about}\n`);
  if (command === 'drivers') {
    const drivers = describeDrivers(listDrivers(environment));
    for (const line of drivers.filter((driver) => !notes.includes(driver))) console.log(line);
    if (loader !== undefined) console.log(`No Vulkan loader is installed; used is the one in ${loader}.`);
  }
  if (adapter === null) {
    if (command === 'all') writeSummary(folder, about);
    return 1;
  }
  if (command === 'drivers') return 0;
  const withAdapter = { ...chosen, QUADOT_HEADLESS_ADAPTER: JSON.stringify(adapter) };
  if (command === 'all') {
    return runAll(folder, { about, environment: withAdapter, isSoftware: adapter.kind === 'software' });
  }
  if (command === 'bench' && !existsSync(path.join(root, programs.bench[0]))) {
    console.error('run.sh: this bundle has no benchmarks.');
    return 1;
  }
  return run([...programs[command], ...args], withAdapter);
}

function run([program, ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, [path.join(root, program), ...args], { env, stdio: 'inherit' });
  // Ctrl-C reaches the program too, which stops by itself and says so.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal !== null) console.error(`run.sh: ${program} was ended by ${signal}.`);
      resolve(code ?? 1);
    });
  });
}

const [command, ...args] = process.argv.slice(2);
process.exitCode = await main(command as Command, args);
