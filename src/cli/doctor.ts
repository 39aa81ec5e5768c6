import type { Command } from 'commander';
import pc from 'picocolors';
import { selfTest, type Device, type SelfTestReport } from '../node/index.ts';
import { deviceName, openCommandDevice, type CommandContext, type Define } from './context.ts';
import { formatCount, formatTable, print, printJson, withProgress } from './output.ts';

/** The limits that decide which models fit. */
const shownLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
];

/** How many failures of a family are shown one by one. */
const shownFailures = 5;

export function addDoctorCommand(program: Command, define: Define): void {
  define(program.command('doctor').description('What this device can do, and whether it computes right'), (context) =>
    doctor(context),
  );
}

async function doctor(context: CommandContext): Promise<boolean> {
  using device = await openCommandDevice(context);
  const { signal } = context;
  const report = await withProgress('self-test', (onProgress) => selfTest(device, { signal, onProgress }));
  if (context.isJson) printReport(context, device, report);
  else showReport(device, report);
  return report.passed;
}

function printReport(context: CommandContext, device: Device, report: SelfTestReport): void {
  const { vendor, architecture, description, isSoftware, ...rest } = device.capabilities;
  printJson({
    version: context.version,
    adapter: { vendor, architecture, description, isSoftware },
    ...rest,
    engine: device.engine,
    engineSpeeds: device.engineSpeeds,
    selfTest: report,
  });
}

function showReport(device: Device, report: SelfTestReport): void {
  const { features, languageFeatures, limits, subgroupSizes, isSoftware } = device.capabilities;
  const [smallest, largest] = subgroupSizes;
  print(`${pc.bold('adapter')}    ${deviceName(device)}${isSoftware ? pc.yellow(', in software: slow') : ''}`);
  print(`${pc.bold('features')}   ${features.join(', ') || 'none'}`);
  print(`${pc.bold('language')}   ${languageFeatures.join(', ') || 'none'}`);
  print(
    `${pc.bold('subgroups')}  ${largest === 0 ? 'unknown' : smallest === largest ? largest : `${smallest} to ${largest}`}`,
  );
  print();
  print(
    formatTable(
      [{ title: 'limit' }, { title: 'value', align: 'right' }],
      shownLimits.map((name) => [name, String(limits[name])]),
    ),
  );
  print();
  const engines = Object.entries(device.engineSpeeds).map(([engine, speed]) => [
    engine,
    `${formatCount(speed)}op/s`,
    engine === device.engine ? pc.green('in use') : '',
  ]);
  print(formatTable([{ title: 'int8 engine' }, { title: 'measured', align: 'right' }, { title: '' }], engines));
  print();
  const families = report.families.map(({ family, passed, runs, failures }) => [
    family,
    passed ? pc.green('pass') : pc.red('FAIL'),
    String(runs),
    String(failures.length),
  ]);
  const columns = [
    { title: 'self-test' },
    { title: '' },
    { title: 'runs', align: 'right' },
    { title: 'failed', align: 'right' },
  ] as const;
  print(formatTable(columns, families));
  for (const { failures } of report.families) {
    for (const { kernel, engine, rounding, mismatches, elements, error } of failures.slice(0, shownFailures)) {
      print(
        `${pc.red('FAIL')} ${kernel} (${engine}, ${rounding}): ${error ?? `${mismatches} of ${elements} values differ`}`,
      );
    }
    if (failures.length > shownFailures) print(`     and ${failures.length - shownFailures} more`);
  }
  print();
  print(
    report.passed
      ? pc.green('This device computes what the references compute.')
      : pc.red(
          'This device gives wrong results. Update its driver, or try --gpu software; please report it with the output of --json.',
        ),
  );
}
