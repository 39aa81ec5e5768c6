import { loadMoreOps } from '../../src/ops/registry.ts';

// Tests of ops, graphs and importers use what does not wait for ops that a page loads when it needs them.
await loadMoreOps();
