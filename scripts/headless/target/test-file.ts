// Runs one bundled test file: node test-file.js SETUP FILE [NAME-PATTERN]. Every event is written before work goes on, so that
// the last one names the test in which a driver took the process down.
import { writeSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { startTests, type VitestRunner } from '@vitest/runner';
import { getSuites, getTestName, getTests } from '@vitest/runner/utils';
import { HOOK_TIMEOUT_MILLISECONDS, TEST_TIMEOUT_MILLISECONDS, type TestEvent } from './protocol.ts';

const EVENTS = 3;
const DIFFERENCE_LINES = 40;

function tell(event: TestEvent): void {
  writeSync(EVENTS, `${JSON.stringify(event)}\n`);
}

interface Failure {
  readonly name?: string;
  readonly message: string;
  readonly stack?: string;
  readonly diff?: string;
}

/** An assertion's message says all; of other errors the stack is wanted too. */
function describeFailure({ name, message, stack, diff }: Failure): string {
  if (name !== 'AssertionError') return stack ?? `${name}: ${message}`;
  const lines = diff?.split('\n') ?? [];
  const more = lines.length > DIFFERENCE_LINES ? [`… ${lines.length - DIFFERENCE_LINES} more lines`] : [];
  return [`${name}: ${message}`, ...lines.slice(0, DIFFERENCE_LINES), ...more].join('\n');
}

process.on('uncaughtException', (error) =>
  tell({ type: 'error', where: 'uncaught', message: error.stack ?? String(error) }),
);
process.on('unhandledRejection', (reason) =>
  tell({ type: 'error', where: 'unhandled rejection', message: (reason as Error)?.stack ?? String(reason) }),
);

const [setup, file, namePattern] = process.argv.slice(2);

// The tests bring Vitest itself, of which this starts the runner; `expect.poll` and `inject` look here.
const providedContext = { lane: path.parse(setup).name };
Reflect.set(globalThis, '__vitest_worker__', { config: { expect: {} }, providedContext });

const runner: VitestRunner = {
  config: {
    root: path.dirname(file),
    setupFiles: [setup],
    name: undefined,
    passWithNoTests: false,
    testNamePattern: namePattern === undefined ? undefined : new RegExp(namePattern),
    allowOnly: false,
    sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
    chaiConfig: undefined,
    maxConcurrency: 1,
    testTimeout: TEST_TIMEOUT_MILLISECONDS,
    hookTimeout: HOOK_TIMEOUT_MILLISECONDS,
    retry: 0,
    includeTaskLocation: false,
    tags: [],
    tagsFilter: undefined,
    strictTags: false,
  },
  importFile: (filepath) => import(pathToFileURL(filepath).href),
  onCollected: (files) => tell({ type: 'planned', tests: getTests(files).filter(({ mode }) => mode === 'run').length }),
  onBeforeRunTask: (test) => {
    if (test.mode === 'run') tell({ type: 'start', test: getTestName(test) });
  },
  onAfterRunTask: (test) =>
    tell({ type: 'end', test: getTestName(test), errors: (test.result?.errors ?? []).map(describeFailure) }),
};

const files = await startTests([file], runner);
for (const suite of getSuites(files)) {
  for (const error of suite.result?.errors ?? []) {
    tell({
      type: 'error',
      where: suite.type === 'suite' && suite.suite ? getTestName(suite) : 'the file',
      message: describeFailure(error),
    });
  }
}
tell({ type: 'done', skipped: getTests(files).filter(({ mode }) => mode === 'skip' || mode === 'todo').length });
// The GPU would keep the process alive.
process.exit();
