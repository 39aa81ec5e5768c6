import { expect, test } from 'vitest';
import { drawTensor } from '../../../bench/cases/draw.ts';
import { kernelCases } from '../../../bench/cases/index.ts';
import { caseGraph, type KernelCase } from '../../../bench/cases/kernel-case.ts';
import { isWithin, matchesFilter, sizeLimit } from '../../../bench/cases/select.ts';
import { programCost } from '../../../bench/measure/workload.ts';
import { builtModels } from '../../../bench/models/index.ts';
import { mobilenetV2 } from '../../../bench/models/mobilenet-v2.ts';
import type { Capabilities } from '../../../src/gpu/capabilities.ts';
import { validateGraph } from '../../../src/graph/validate.ts';
import { compile } from '../../../src/runtime/compile.ts';
import { inspectGraph } from '../../../src/runtime/inspect-graph.ts';

const capabilities: Capabilities = {
  vendor: '',
  architecture: '',
  description: '',
  isSoftware: false,
  features: [],
  languageFeatures: [],
  limits: { maxStorageBufferBindingSize: 2 ** 31, maxBufferSize: 2 ** 31, maxComputeWorkgroupsPerDimension: 65535 },
  subgroupSizes: [0, 0],
};

function costOf(kernelCase: KernelCase) {
  const options = { engine: 'scalar', rounding: 'float', fusion: true, sharePipelines: false } as const;
  return programCost(compile(caseGraph(kernelCase), capabilities, options));
}

const find = (name: string): KernelCase => kernelCases.find((each) => each.name === name)!;

test('names are unique', () => {
  const names = [...kernelCases, ...builtModels].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('operations and bytes of a matrix product', () => {
  const n = 1024;
  expect(costOf(find('gemm/int8/1024x1024x1024'))).toEqual({ operations: 2 * n ** 3, bytes: 3 * n * n + 4 * n });
  expect(costOf(find('gemm/float32/1024x1024x1024'))).toEqual({ operations: 2 * n ** 3, bytes: 4 * (3 * n * n + n) });
});

test('operations of every small case are those that its sizes give', () => {
  const small = kernelCases.filter((each) => each.multiplyAdds > 0 && each.multiplyAdds < 20e6);
  expect(small.length).toBeGreaterThan(20);
  for (const each of small) expect(costOf(each).operations, each.name).toBe(2 * each.multiplyAdds);
});

test('bytes of elementwise cases', () => {
  const elements = 1024 * 1024;
  expect(costOf(find('add/int8/1x1024x1024')).bytes).toBe(3 * elements);
  expect(costOf(find('add/float32/1x1024x1024')).bytes).toBe(12 * elements);
  expect(costOf(find('quantize/float32/1x1024x1024')).bytes).toBe(5 * elements);
  expect(costOf(find('softmax/float32/1024x1024')).bytes).toBe(8 * elements);
});

test('the built MobileNetV2 has the published size', () => {
  const graph = mobilenetV2();
  validateGraph(graph);
  const { multiplyAccumulates } = inspectGraph(graph);
  expect(builtModels[0].multiplyAdds / multiplyAccumulates).toBeCloseTo(1, 3);
  const parameters = Object.values(graph.constants).reduce((sum, { data }) => sum + data.length, 0);
  // 3,504,872 with the scale and shift of each batch normalization, of which one is folded into the weights.
  expect(parameters).toBe(3_504_872 - 17_056);
  expect(graph.values['probabilities'].shape).toEqual([1, 1000]);
});

test('the scale decides which sizes fit', () => {
  const slow = { operationsPerSecond: 1e9, bytesPerSecond: 1e9 };
  const fast = { operationsPerSecond: 100e12, bytesPerSecond: 4e12 };
  const large = find('gemm/int8/4096x4096x4096');
  const moderate = find('gemm/int8/256x256x256');
  expect(isWithin(large, sizeLimit('small', fast))).toBe(false);
  expect(isWithin(large, sizeLimit('auto', slow))).toBe(false);
  expect(isWithin(large, sizeLimit('auto', fast))).toBe(true);
  expect(isWithin(large, sizeLimit('full', slow))).toBe(true);
  for (const scale of ['small', 'auto', 'full'] as const) expect(isWithin(moderate, sizeLimit(scale, slow))).toBe(true);
});

test('filters are parts of names, any of several', () => {
  expect(matchesFilter('gemm/int8/64x64x64', [])).toBe(true);
  expect(matchesFilter('gemm/int8/64x64x64', ['add', 'gemm/int8'])).toBe(true);
  expect(matchesFilter('gemm/int8/64x64x64', ['float'])).toBe(false);
});

test('drawn tensors repeat a block but are not all alike', () => {
  const { data } = drawTensor({ dtype: 'int8', shape: [200_000] }, 'seed');
  expect(new Set(data).size).toBe(256);
  expect(data[65_521]).toBe(data[0]);
  expect(data[199_999]).toBe(data[199_999 % 65_521]);
});
