import { less } from '../../src/ops/less.ts';
import { broadcastPairs } from '../support/binary-cases.ts';
import { testComparison } from '../support/comparison-cases.ts';

testComparison(less, (a, b) => a < b, broadcastPairs);
