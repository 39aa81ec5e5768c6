import { describe, expect, test } from 'vitest';
import { type FileOutcome, runTestFile } from '../../../scripts/headless/target/run-test-file.ts';
import type { TestEvent } from '../../../scripts/headless/target/protocol.ts';

/** What becomes of a process that tells these events and then does as the statement says. */
function outcomeOf(
  events: readonly TestEvent[],
  statement: string,
  silenceMilliseconds?: number,
): Promise<FileOutcome> {
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const program = `require('fs').writeSync(3, ${JSON.stringify(lines)}); ${statement}`;
  const { signal } = new AbortController();
  return runTestFile({ file: 'ops/some', args: ['--eval', program], signal, silenceMilliseconds });
}

const one: TestEvent[] = [
  { type: 'planned', tests: 3 },
  { type: 'start', test: 'first' },
  { type: 'end', test: 'first', errors: [] },
];
const second: TestEvent = { type: 'start', test: 'second' };

describe('a test file in a process of its own', () => {
  test('its counts, failures and output are reported', async () => {
    const events: TestEvent[] = [
      ...one,
      second,
      { type: 'end', test: 'second', errors: ['conv2d kernel x, seed 3: 2 values differ'] },
      { type: 'done', skipped: 1 },
    ];
    const { report, failures, output } = await outcomeOf(events, 'console.error("a warning")');
    expect(report).toMatchObject({ file: 'ops/some', passed: 1, failed: 1, skipped: 1, notRun: 0 });
    expect(failures).toEqual([
      { file: 'ops/some', test: 'second', message: 'conv2d kernel x, seed 3: 2 values differ' },
    ]);
    expect(output).toBe('a warning');
  });

  test('a crash is the failure of the test that ran', async () => {
    const { report, failures } = await outcomeOf([...one, second], 'process.kill(process.pid, "SIGSEGV")');
    expect(report).toMatchObject({ passed: 1, failed: 1, notRun: 1 });
    expect(failures).toEqual([{ file: 'ops/some', test: 'second', message: 'the process was ended by SIGSEGV' }]);
  });

  test('an end in the middle of telling is the failure of the test that ran', async () => {
    const telling = `require('fs').writeSync(3, '{"type":"end","test":"sec'); process.kill(process.pid, "SIGKILL")`;
    const { report, failures } = await outcomeOf([...one, second], telling);
    expect(report).toMatchObject({ passed: 1, failed: 1, notRun: 1 });
    const message = 'the process was ended by SIGKILL; it told no whole event: {"type":"end","test":"sec';
    expect(failures).toEqual([{ file: 'ops/some', test: 'second', message }]);
  });

  test('what is no event is a failure, even if all was done after it', async () => {
    const telling = `require('fs').writeSync(3, 'a warning of the driver\\n{"type":"done","skipped":2}\\n')`;
    const { report, failures } = await outcomeOf(one, telling);
    expect(report).toMatchObject({ passed: 1, failed: 0, skipped: 2 });
    expect(failures).toEqual([
      { file: 'ops/some', test: 'outside of any test', message: expect.stringContaining('a warning of the driver') },
    ]);
  });

  test('a process that hangs is ended, and the test named', async () => {
    const { report, failures } = await outcomeOf([...one, second], 'for (;;);', 1000);
    expect(report).toMatchObject({ passed: 1, failed: 1, notRun: 1 });
    expect(failures).toEqual([
      { file: 'ops/some', test: 'second', message: expect.stringContaining('nothing happened for 1 s') },
    ]);
  });

  test('an end before all was done is a failure, whatever the exit code', async () => {
    const { report, failures } = await outcomeOf(one, 'process.exit(0)');
    expect(report).toMatchObject({ passed: 1, failed: 0, notRun: 2 });
    expect(failures).toEqual([
      { file: 'ops/some', test: 'outside of any test', message: expect.stringContaining('code 0') },
    ]);
  });
});
