import { loadMoreFamilies } from '../../src/formats/tflite/families.ts';
import { loadMoreOps } from '../../src/ops/registry.ts';

// Tests of ops, graphs and importers use what does not wait for what a page loads when it needs it.
await Promise.all([loadMoreOps(), loadMoreFamilies()]);
