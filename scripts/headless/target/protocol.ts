/** What the process of a test file tells the one that started it, a line of JSON each on file descriptor 3. */
export type TestEvent =
  /** Tests that are going to run. */
  | { readonly type: 'planned'; readonly tests: number }
  | { readonly type: 'start'; readonly test: string }
  | { readonly type: 'end'; readonly test: string; readonly errors: readonly string[] }
  /** Outside of any test: an import, a hook, a promise that nobody awaited. */
  | { readonly type: 'error'; readonly where: string; readonly message: string }
  | { readonly type: 'done'; readonly skipped: number };

/** Longest that one test may take; the runner kills a process that is silent for longer. */
export const TEST_TIMEOUT_MILLISECONDS = 300_000;
export const HOOK_TIMEOUT_MILLISECONDS = 60_000;
