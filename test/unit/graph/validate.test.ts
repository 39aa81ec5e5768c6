import { describe, expect, test } from 'vitest';
import { FormatError, ShapeError, UnsupportedOpError } from '../../../src/errors.ts';
import type { Graph, GraphNode } from '../../../src/graph/graph.ts';
import { validateGraph } from '../../../src/graph/validate.ts';
import type { TensorType } from '../../../src/tensor/tensor.ts';

const vector: TensorType = { dtype: 'float32', shape: [2] };
const constant = { ...vector, data: new Float32Array([1, 2]) };
const relu = (name: string, input: string): GraphNode => ({
  name,
  op: 'relu',
  attributes: { activation: 'relu' },
  inputs: [input],
  outputs: [name],
});
const add: GraphNode = {
  name: 'sum',
  op: 'add',
  attributes: { activation: 'none' },
  inputs: ['y', 'c'],
  outputs: ['sum'],
};

const valid: Graph = {
  name: 'g',
  nodes: [relu('y', 'x'), add],
  values: { x: vector, y: vector, c: vector, sum: vector },
  constants: { c: constant },
  inputs: ['x'],
  outputs: ['sum'],
  metadata: {},
};
const withType = (name: string, type: Partial<TensorType>): Graph => ({
  ...valid,
  values: { ...valid.values, [name]: { ...valid.values[name], ...type } },
});
const quantized = (quantization: TensorType['quantization'], dtype: TensorType['dtype'] = 'int8'): Graph => ({
  ...valid,
  nodes: [relu('y', 'x')],
  values: { x: { dtype, shape: [2], quantization }, y: vector },
  constants: {},
  outputs: ['y'],
});

test('a graph that holds together passes', () => {
  expect(() => validateGraph(valid)).not.toThrow();
  expect(() => validateGraph(quantized({ scales: [0.5, 0.25], zeroPoints: [-128, 127], axis: 0 }))).not.toThrow();
});

describe('definitions and order', () => {
  test.each<[string, Graph, RegExp]>([
    ['two nodes of one name', { ...valid, nodes: [relu('y', 'x'), { ...add, name: 'y' }] }, /two nodes are called "y"/],
    ['two definitions', { ...valid, nodes: [relu('y', 'x'), { ...add, outputs: ['x'] }] }, /add "sum" defines "x"/],
    ['an input that is a constant', { ...valid, inputs: ['x', 'c'] }, /an input defines "c"/],
    ['an input twice', { ...valid, inputs: ['x', 'x'] }, /an input defines "x"/],
    [
      'use before definition',
      { ...valid, nodes: [add, relu('y', 'x')] },
      /add "sum" uses "y", which nothing before it/,
    ],
    ['a cycle', { ...valid, nodes: [relu('y', 'sum'), add] }, /relu "y" uses "sum"/],
    ['a node that reads itself', { ...valid, nodes: [relu('y', 'y'), add] }, /relu "y" uses "y"/],
    ['an output that does not exist', { ...valid, outputs: ['toString'] }, /the list of outputs uses "toString"/],
    ['a value without a type', { ...valid, values: { x: vector, c: vector, sum: vector } }, /value "y" has no type/],
    [
      'a value that plain objects cannot hold',
      { ...valid, nodes: [{ ...relu('y', 'x'), outputs: ['__proto__'] }] },
      /relu "y" is called "__proto__"/,
    ],
    [
      'an output without a name',
      { ...valid, nodes: [{ ...relu('y', 'x'), outputs: [''] }] },
      /relu "y" has an empty name/,
    ],
  ])('%s is a FormatError', (_, graph, message) => {
    expect(() => validateGraph(graph)).toThrow(message);
    expect(() => validateGraph(graph)).toThrow(FormatError);
  });

  test('an unknown op is an UnsupportedOpError', () => {
    expect(() => validateGraph({ ...valid, nodes: [{ ...relu('y', 'x'), op: 'toString' }] })).toThrow(
      UnsupportedOpError,
    );
  });
});

describe('shapes', () => {
  test.each<[string, Graph, RegExp]>([
    [
      'another shape than the op infers',
      withType('y', { shape: [3] }),
      /relu "y": output "y" has the shape \[3\].*\[2\]/,
    ],
    [
      'more outputs than the op has',
      {
        ...valid,
        nodes: [{ ...relu('y', 'x'), outputs: ['y', 'z'] }, add],
        values: { ...valid.values, z: vector },
      },
      /relu "y": the node has 2 outputs, its op computes 1/,
    ],
    ['a size of 0', withType('x', { shape: [0] }), /value "x" has the shape \[0\]/],
    ['a size that is no integer', withType('x', { shape: [1.5] }), /value "x" has the shape \[1\.5\]/],
    [
      'more elements than can be addressed',
      withType('x', { shape: [2 ** 16, 2 ** 15] }),
      /value "x".*2147483648 elements\. At most 2147483647/,
    ],
    [
      'more elements than numbers can count',
      withType('x', { shape: Array(40).fill(2 ** 31) }),
      /Infinity elements|e\+\d+ elements/,
    ],
    ['a constant of another type', withType('c', { dtype: 'int32' }), /constant "c" is float32 data as float32 \[2\]/],
    ['a constant of another shape', withType('c', { shape: [1, 2] }), /its type is float32 \[1, 2\]/],
    [
      'a constant in another array',
      {
        ...valid,
        constants: { c: { ...constant, data: new Int8Array(2) } },
      },
      /constant "c" is int8 data as float32/,
    ],
    [
      'a constant of another length',
      {
        ...valid,
        constants: { c: { ...constant, data: new Float32Array(3) } },
      },
      /constant "c" has 3 elements, \[2\] needs 2/,
    ],
  ])('%s is a ShapeError', (_, graph, message) => {
    expect(() => validateGraph(graph)).toThrow(message);
    expect(() => validateGraph(graph)).toThrow(ShapeError);
  });
});

describe('quantization', () => {
  test.each<[string, Graph, RegExp]>([
    ['of a float', quantized({ scales: [1], zeroPoints: [0] }, 'float32'), /is float32 and has a quantization/],
    ['without scales', quantized({ scales: [], zeroPoints: [] }), /has 0 scales and 0 zero points, expected 1/],
    ['with several scales and no axis', quantized({ scales: [1, 1], zeroPoints: [0, 0] }), /has 2 scales.*expected 1/],
    ['with fewer zero points', quantized({ scales: [1, 1], zeroPoints: [0], axis: 0 }), /2 scales and 1 zero points/],
    [
      'along no axis',
      quantized({ scales: [1], zeroPoints: [0], axis: 1 }),
      /expected an axis of the shape along axis 1/,
    ],
    ['with a scale of 0', quantized({ scales: [0], zeroPoints: [0] }), /the scale 0\./],
    ['with a scale that float32 does not have', quantized({ scales: [0.1], zeroPoints: [0] }), /the scale 0\.1\./],
    ['with a scale that is no number', quantized({ scales: [NaN], zeroPoints: [0] }), /the scale NaN/],
    ['with a zero point outside', quantized({ scales: [1], zeroPoints: [-1] }, 'uint8'), /-1.*integer from 0 to 255/],
    ['with a fractional zero point', quantized({ scales: [1], zeroPoints: [0.5] }), /the zero point 0\.5/],
    [
      'with a zero point beyond 16 bits of int32',
      quantized({ scales: [1], zeroPoints: [32768] }, 'int32'),
      /from -32768 to 32767/,
    ],
    [
      'in blocks of no axis',
      quantized({ scales: [1], zeroPoints: [0], blockSize: 2 }),
      /in blocks of 2 along axis undefined/,
    ],
    [
      'with too few blocks',
      quantized({ scales: [1], zeroPoints: [0], axis: 0, blockSize: 1 }),
      /has 1 scales and 1 zero points, expected 2/,
    ],
  ])('%s is a FormatError', (_, graph, message) => {
    expect(() => validateGraph(graph)).toThrow(message);
    expect(() => validateGraph(graph)).toThrow(FormatError);
  });
});

describe('a state', () => {
  const remembering = (input: string, output: string, type: Partial<TensorType> = {}): Graph => ({
    ...withType('sum', type),
    states: [{ input, output }],
  });

  test('goes from an output to an input of one type', () => {
    expect(() => validateGraph(remembering('x', 'sum'))).not.toThrow();
    for (const graph of [remembering('y', 'sum'), remembering('x', 'y'), remembering('x', 'nothing')]) {
      expect(() => validateGraph(graph)).toThrow(/which must be an output and an input of one type/);
      expect(() => validateGraph(graph)).toThrow(FormatError);
    }
    const other: Graph = {
      ...valid,
      nodes: [relu('y', 'x'), { ...add, op: 'cast', attributes: {}, inputs: ['y'] }],
      values: { ...valid.values, sum: { dtype: 'int32', shape: [2] } },
      states: [{ input: 'x', output: 'sum' }],
    };
    expect(() => validateGraph(other)).toThrow(/a state goes from "sum" to "x"/);
  });
});
