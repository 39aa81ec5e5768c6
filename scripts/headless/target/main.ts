// The commands of run.sh, which has unpacked this and checked the machine: main.js COMMAND [ARGUMENT…].
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { hasVulkanLoader } from '../../../src/node/software-gpu.ts';
import { chooseAdapter, describeDrivers } from './adapter.ts';
import { bundle, describeRun, programs, root } from './bundle.ts';
import { driverEnvironment, listDrivers } from './drivers.ts';
import { runAll } from './run-all.ts';

type Command = keyof typeof programs | 'all' | 'drivers';

async function main(command: Command, args: readonly string[]): Promise<number> {
  const loader = bundle.software !== null && !hasVulkanLoader() ? path.join(root, bundle.software.folder) : undefined;
  const environment: NodeJS.ProcessEnv = {
    QUADOT_MODELS: root,
    ...process.env,
    ...driverEnvironment(process.env, { loader }),
  };
  if (command === 'cli') return run([...programs.cli, ...args], environment);
  if (command === 'drivers') {
    for (const line of describeDrivers(listDrivers(environment))) console.log(line);
    if (loader !== undefined) console.log(`No Vulkan loader is installed; used is the one in ${loader}.`);
  }
  const kind = (process.env['QUADOT_GPU'] || 'auto') as 'hardware' | 'software' | 'auto';
  const { adapter, notes, environment: chosen } = chooseAdapter(kind, environment, root);
  // On standard error, so that standard output is what the program prints.
  for (const note of notes) console.error(note);
  if (adapter === null) {
    console.error(
      `run.sh: no ${kind === 'auto' ? '' : `${kind} `}adapter. Install the GPU's Vulkan driver; or name its manifest: ` +
        'VK_DRIVER_FILES=/path/to/icd.json ./run.sh …; or take the CPU: ./run.sh --gpu software …',
    );
    return 1;
  }
  const about = describeRun(adapter);
  console.error(`${about}\n`);
  if (command === 'drivers') return 0;
  const withAdapter = { ...chosen, QUADOT_HEADLESS_ADAPTER: JSON.stringify(adapter) };
  if (command === 'all') return runAll(args, { about, environment: withAdapter });
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
