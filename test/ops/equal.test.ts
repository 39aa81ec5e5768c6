import { equal } from '../../src/ops/equal.ts';
import { testComparison } from '../support/comparison-cases.ts';

testComparison(equal, (a, b) => a === b);
