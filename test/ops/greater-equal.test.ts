import { greaterEqual } from '../../src/ops/greater-equal.ts';
import { testComparison } from '../support/comparison-cases.ts';

testComparison(greaterEqual, (a, b) => a >= b);
