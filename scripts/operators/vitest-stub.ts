// Takes vitest's place where test files are read for what they cover: suites are entered, the bodies of tests are kept for
// later, and expectations accept anything.

type Body = (...values: unknown[]) => unknown;

/** The bodies of all tests, in order. */
export const bodies: (() => unknown)[] = [];

/** A property of it, and what a call of it returns, is itself; awaiting it ends at once. */
const anything: unknown = new Proxy(() => undefined, {
  get: (_target, key) => (key === 'then' || typeof key === 'symbol' ? undefined : anything),
  apply: () => anything,
});

interface Registrar {
  (name: unknown, ...rest: unknown[]): void;
  each(rows: readonly unknown[]): Registrar;
  skipIf(isSkipped: boolean): Registrar;
}

/** @param take is given what a suite or a test does, once for each row of `each` */
function registrar(take: (run: () => unknown) => void, rows: readonly unknown[] = [[]]): Registrar {
  const register = (_name: unknown, ...rest: unknown[]): void => {
    const body = rest.find((value): value is Body => typeof value === 'function');
    if (body === undefined) return;
    for (const row of rows) take(() => body(...(Array.isArray(row) ? (row as unknown[]) : [row])));
  };
  return Object.assign(register, {
    each: (more: readonly unknown[]) => registrar(take, more),
    skipIf: (isSkipped: boolean) => registrar(take, isSkipped ? [] : rows),
  });
}

export const describe: Registrar = registrar((run) => void run());
export const test: Registrar = registrar((run) => void bodies.push(run));
export const expect: unknown = anything;
export const inject = (): string => 'everything';
