import { QuadotError } from '../node/index.ts';

/** Arguments that do not make sense together: exit code 2. */
export class UsageError extends QuadotError {}
