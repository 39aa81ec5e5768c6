import pc from 'picocolors';
import { engines } from '../../src/gpu/capabilities.ts';
import { formatCount, formatTable, print, shortenName } from '../../src/cli/output.ts';
import type { Peaks } from '../measure/peaks.ts';
import type { BenchReport, KernelReport, ModelReport, VariantReport } from '../measure/report.ts';
import type { Roofline } from '../measure/roofline.ts';
import { chosenVariant, fastestVariant } from './variants.ts';

/** Layers of a model that are shown. */
const shownLayers = 10;

/** Cases that one note names. */
const shownNames = 5;

const right = (title: string) => ({ title, align: 'right' as const });

export function printPeaks(peaks: Peaks): void {
  const { memory, int8OperationsPerSecond } = peaks;
  const rows: (readonly [string, string])[] = [
    ['float32 multiply-adds', `${rate(peaks.float32OperationsPerSecond)}op/s`],
    ...engines.flatMap((engine) => {
      const speed = int8OperationsPerSecond[engine];
      return speed === undefined ? [] : [[`int8, ${engine}`, `${rate(speed)}op/s`] as const];
    }),
    ...memory.map(
      ({ workingSetBytes, copyBytesPerSecond, readBytesPerSecond }) =>
        [
          `memory, ${workingSetBytes / 2 ** 20} MiB`,
          `copy ${rate(copyBytesPerSecond)}B/s${readBytesPerSecond === undefined ? '' : `, read ${rate(readBytesPerSecond)}B/s`}`,
        ] as const,
    ),
    ['copyBufferToBuffer', `${rate(peaks.bufferCopyBytesPerSecond)}B/s`],
    ['writeBuffer', `${rate(peaks.uploadBytesPerSecond)}B/s`],
    ['launch', `${micros(peaks.launchSeconds)} µs after another, ${micros(peaks.independentLaunchSeconds)} µs alone`],
    ['recording a launch', `${micros(peaks.encodeSeconds)} µs of the host`],
    ['empty submission', `${micros(peaks.submissionSeconds)} µs`],
    ['write, launch, read', `${micros(peaks.roundTripSeconds)} µs`],
  ];
  print(formatTable([{ title: 'peak' }, right('')], rows));
}

/** A row for each case: what a session takes, and what would have been faster. */
export function printKernels(kernels: readonly KernelReport[]): void {
  const columns = [
    { title: 'case' },
    { title: 'kernel' },
    ...['µs', 'quartiles', 'op/s', 'B/s', 'of peak'].map(right),
    { title: 'bound' },
    { title: 'fastest' },
    right('times'),
  ];
  const rows = kernels.flatMap((kernel) => {
    const best = fastestVariant(kernel.variants);
    if (best === undefined) return [];
    const shown = chosenVariant(kernel.variants) ?? best;
    // Where the quartiles overlap, the difference may be chance.
    const isBest = shown.seconds.lower <= best.seconds.upper;
    return [
      [
        kernel.name,
        describe(shown),
        micros(shown.seconds.median),
        `${micros(shown.seconds.lower)}–${micros(shown.seconds.upper)}`,
        rate(shown.operationsPerSecond),
        rate(shown.bytesPerSecond),
        ...fractionOf(shown.roofline),
        isBest ? '' : describe(best),
        isBest ? '' : (shown.seconds.median / best.seconds.median).toFixed(2),
      ],
    ];
  });
  if (rows.length > 0) print(`\n${formatTable(columns, rows)}`);
}

/** The fastest kernel of each int8 engine, for the cases that engines change. */
export function printEngines(kernels: readonly KernelReport[]): void {
  const rows = kernels.flatMap(({ name, variants }) => {
    const times = engines.map((engine) =>
      fastestVariant(variants.filter((variant) => variant.engines.includes(engine))),
    );
    if (times.every((best) => best === undefined)) return [];
    return [[name, ...times.map((best) => (best === undefined ? '' : micros(best.seconds.median)))]];
  });
  if (rows.length > 0) print(`\n${formatTable([{ title: 'fastest, µs' }, ...engines.map(right)], rows)}`);
}

export function printModel({ name, engine, launches, operations, bytes, variants, layers }: ModelReport): void {
  print(
    pc.bold(name) + `  engine ${engine}, ${launches} launches, ${formatCount(operations)}op, ${formatCount(bytes)}B`,
  );
  const columns = [
    { title: 'pipelines' },
    ...['latency, µs', 'kernels, µs', 'share', 'of peak', 'runs/s'].map(right),
    { title: '' },
  ];
  const rows = variants.map((variant) => [
    variant.pipelines,
    micros(variant.latencySeconds.median),
    micros(variant.kernelSeconds.median),
    percent(variant.kernelShare),
    percent(variant.fraction),
    variant.runsPerSecond.toPrecision(4),
    variant.isChosen ? 'chosen' : '',
  ]);
  print(formatTable(columns, rows));
  const totalSeconds = layers.reduce((sum, { seconds }) => sum + seconds, 0);
  const slowest = [...layers].sort((a, b) => b.seconds - a.seconds).slice(0, shownLayers);
  const layerColumns = [
    { title: 'layer' },
    { title: 'kernel' },
    ...['workgroups', 'µs', 'of run', 'op/s', 'B/s', 'of peak'].map(right),
    { title: 'bound' },
  ];
  const layerRows = slowest.map((layer) => [
    shortenName(layer.name, 36),
    layer.kernel,
    layer.workgroups.join('x'),
    micros(layer.seconds),
    percent(layer.seconds / totalSeconds),
    rate(layer.operations / layer.seconds),
    rate(layer.bytes / layer.seconds),
    ...fractionOf(layer.roofline),
  ]);
  print(formatTable(layerColumns, layerRows));
}

/** What a reader must know before believing the figures. */
export function listDoubts({ kernels, skipped, method }: BenchReport): readonly string[] {
  const excessive = kernels.filter(({ variants }) => variants.some(({ roofline }) => roofline.fraction > 1));
  const failures = kernels.flatMap(({ name, failed }) => failed.map((variant) => ({ name, ...variant })));
  return [
    ...(excessive.length > 0
      ? [`faster than a measured peak, which is then too low: ${excessive.map(({ name }) => name).join(', ')}`]
      : []),
    ...(method.clockRatio !== null && method.clock === 'host'
      ? [`GPU timestamps are ${method.clockRatio.toPrecision(3)} of the host's time, so the host's clock measured`]
      : []),
    ...failures.map(({ name, kernel, engines: of, error }) => `${name}, ${kernel} ${of.join('/')}: ${error}`),
    ...[...new Set(skipped.map(({ reason }) => reason))].map((reason) => {
      const names = skipped.filter((each) => each.reason === reason).map(({ name }) => name);
      return `${names.length > shownNames ? `${names.length} cases` : names.join(', ')}: ${reason}`;
    }),
  ];
}

function describe({ kernel, engines, pipelines }: VariantReport): string {
  return [kernel, engines.join('/'), pipelines].filter((part) => part !== '').join(' ');
}

function fractionOf({ fraction, bound }: Roofline): readonly [string, string] {
  return [percent(fraction), bound];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

function rate(perSecond: number): string {
  return formatCount(Math.round(perSecond)).trim() + (perSecond < 1000 ? ' ' : '');
}

function micros(seconds: number): string {
  const value = seconds * 1e6;
  return value.toFixed(value < 10 ? 2 : value < 1000 ? 1 : 0);
}
