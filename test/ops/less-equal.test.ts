import { lessEqual } from '../../src/ops/less-equal.ts';
import { testComparison } from '../support/comparison-cases.ts';

testComparison(lessEqual, (a, b) => a <= b);
