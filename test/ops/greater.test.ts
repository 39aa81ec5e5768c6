import { greater } from '../../src/ops/greater.ts';
import { testComparison } from '../support/comparison-cases.ts';

testComparison(greater, (a, b) => a > b);
