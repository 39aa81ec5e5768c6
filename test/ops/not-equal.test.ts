import { notEqual } from '../../src/ops/not-equal.ts';
import { testComparison } from '../support/comparison-cases.ts';

testComparison(notEqual, (a, b) => a !== b);
