import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Program } from '../../../src/runtime/compile.ts';
import { runReference } from '../../../src/runtime/reference.ts';
import { elementCount, type Shape } from '../../../src/tensor/shape.ts';
import { compileWithin } from '../../support/cut-program.ts';
import { GraphChain } from '../../support/graph-chain.ts';

type Use = readonly [op: string, attributes: object];

function launched({ steps }: Program): readonly string[] {
  return steps.flatMap(({ node, dispatch }) => (dispatch === undefined ? [] : [node.op]));
}

/** What is launched with fusion and without, after which both give the same bytes. */
function launches(chain: GraphChain, outputs?: readonly string[]): readonly [string[], string[]] {
  const graph = chain.graph(outputs);
  const x = chain.input();
  const expected = runReference(graph, { x });
  const programs = [true, false].map((fusion) => compileWithin(graph, {}, { fusion }));
  for (const program of programs) {
    const values = runReference(program.graph, { x });
    for (const name of graph.outputs) expect(values.get(name)!.data, name).toEqual(expected.get(name)!.data);
  }
  const [merged, single] = programs.map((program) => [...launched(program)]);
  return [merged, single];
}

const reshape = (...shape: number[]): Use => ['reshape', { shape }];
const transpose = (...permutation: number[]): Use => ['transpose', { permutation }];
const shuffle = (channels: number, groups: number): readonly Use[] => [
  reshape(1, 5, 7, groups, channels / groups),
  transpose(0, 1, 2, 4, 3),
  reshape(1, 5, 7, channels),
];

test.each<[string, Shape, readonly Use[], string[], number]>([
  ['a channel shuffle', [1, 5, 7, 6], shuffle(6, 2), ['rearrange'], 3],
  ['a channel shuffle of many channels', [1, 5, 7, 240], shuffle(240, 3), ['rearrange'], 2],
  ['a channel shuffle of two groups of quads', [1, 5, 7, 16], shuffle(16, 2), ['rearrange'], 2],
  [
    'depth to space',
    [1, 3, 5, 12],
    [reshape(1, 3, 5, 2, 2, 3), transpose(0, 1, 3, 2, 4, 5), reshape(1, 6, 10, 3)],
    ['rearrange'],
    2,
  ],
  ['to channels first and back', [1, 5, 7, 6], [transpose(0, 3, 1, 2), transpose(0, 2, 3, 1)], [], 2],
  [
    'one index of an axis, which goes',
    [3, 5, 6],
    [['slice', { begin: [0, 0, 2], size: [3, 5, 1], strides: [1, 1, 1] }], reshape(3, 5)],
    ['rearrange'],
    2,
  ],
  [
    'an image that is turned',
    [1, 4, 6, 3],
    [transpose(0, 2, 1, 3), ['slice', { begin: [0, 5, 0, 0], size: [1, 6, 4, 3], strides: [1, -1, 1, 1] }]],
    ['rearrange'],
    2,
  ],
  [
    'several times in another order',
    [1, 3, 1, 6],
    [['tile', { repeats: [1, 1, 4, 1] }], transpose(0, 2, 1, 3)],
    ['rearrange'],
    2,
  ],
  [
    'rows that wrap around',
    [6, 5],
    [transpose(1, 0), reshape(10, 3), ['slice', { begin: [1, 0], size: [3, 3], strides: [1, 1] }]],
    ['transpose', 'rearrange'],
    3,
  ],
])('%s', (_name, shape, uses, merged, single) => {
  for (const dtype of ['int8', 'float32'] as const) {
    const chain = new GraphChain(dtype, shape, 3);
    for (const [op, attributes] of uses) chain.add(op, attributes);
    const [once, apart] = launches(chain);
    expect(once).toEqual(merged);
    expect(apart).toHaveLength(single);
  }
});

test('what all who read it take apart is not made', () => {
  const chain = new GraphChain('float32', [1, 34], 3);
  chain.add('reshape', { shape: [17, 2] });
  for (const index of [0, 1]) {
    chain.node('slice', { begin: [0, index], size: [17, 1], strides: [1, 1] }, ['reshape0']);
    chain.add('reshape', { shape: [17] });
  }
  expect(launches(chain, ['reshape2', 'reshape4'])).toEqual([
    ['rearrange', 'rearrange'],
    // The first channel of each row lies where the row does.
    ['reshape', 'reshape', 'slice', 'reshape'],
  ]);
});

test('what is read otherwise is made once', () => {
  const chain = new GraphChain('float32', [5, 6], 3);
  chain.add('transpose', { permutation: [1, 0] });
  chain.node('slice', { begin: [0, 0], size: [6, 2], strides: [1, 1] }, ['transpose0']);
  expect(launches(chain, ['transpose0', 'slice1'])[0]).toEqual(['transpose', 'slice']);
  chain.node('relu', { activation: 'relu' }, ['transpose0']);
  expect(launches(chain, ['slice1', 'relu2'])[0]).toEqual(['transpose', 'slice', 'relu']);
});

test('a piece that costs nothing keeps what it lies in', () => {
  const chain = new GraphChain('float32', [5, 4, 64], 3);
  chain.add('transpose', { permutation: [1, 0, 2] });
  chain.node('slice', { begin: [1, 0, 0], size: [2, 5, 64], strides: [1, 1, 1] }, ['transpose0']);
  chain.node('slice', { begin: [2, 0, 0], size: [2, 5, 64], strides: [1, 1, 1] }, ['transpose0']);
  expect(launches(chain, ['slice1', 'slice2'])[0]).toEqual(['transpose']);
});

test('moves that are merged are cut one by one', () => {
  const chain = new GraphChain('float32', [1, 6, 10, 12], 3);
  for (const [op, attributes] of [reshape(1, 6, 10, 2, 2, 3), transpose(0, 1, 3, 2, 4, 5), reshape(1, 12, 20, 3)]) {
    chain.add(op, attributes);
  }
  expect(launched(compileWithin(chain.graph(), {}))).toEqual(['rearrange']);
  const cut = compileWithin(chain.graph(), { maxStorageBufferBindingSize: 2048 });
  expect(cut.pieces.get(chain.current)!.length).toBeGreaterThan(1);
});

const choice = fc.nat(999);
const moves = fc.array(fc.tuple(fc.nat(4), fc.array(choice, { minLength: 6, maxLength: 6 })), {
  minLength: 2,
  maxLength: 6,
});

test('any moves in any order give the same bytes in fewer launches', () => {
  let saved = 0;
  const property = fc.property(fc.nat(), moves, (seed, chosen) => {
    const chain = new GraphChain('int8', [2, 3, 4, 6], seed);
    const values = ['x'];
    for (const [kind, choices] of chosen) {
      // Mostly of the last value, sometimes of one before.
      chain.current = choices[5] % 4 === 0 ? values[choices[4] % values.length] : values.at(-1)!;
      const { shape } = chain.type();
      if (kind === 0) chain.add('reshape', { shape: reshaped(shape, choices) });
      else if (kind === 1) {
        const axes = [...shape.keys()];
        chain.add('transpose', { permutation: axes.sort((a, b) => choices[a] - choices[b] || a - b) });
      } else if (kind === 2) {
        const size = shape.map((length, axis) => 1 + (choices[axis] % length));
        const isDown = choices.map((number) => number % 3 === 0);
        const begin = size.map((length, axis) => (isDown[axis] ? length - 1 : shape[axis] - length));
        chain.add('slice', { begin, size, strides: size.map((_, axis) => (isDown[axis] ? -1 : 1)) });
      } else if (kind === 3 && elementCount(shape) < 500) {
        chain.add('tile', { repeats: shape.map((_, axis) => 1 + (choices[axis] % 4 === 0 ? 1 : 0)) });
      } else chain.add('abs', {});
      if (!values.includes(chain.current)) values.push(chain.current);
    }
    const outputs = values.filter((_, index) => index === values.length - 1 || chosen[0][1][index] % 4 === 0);
    const [merged, single] = launches(chain, outputs);
    expect(merged.length).toBeLessThanOrEqual(single.length);
    if (merged.length < single.length) saved++;
  });
  fc.assert(property, { numRuns: 250 });
  expect(saved).toBeGreaterThan(80);
});

/** Another shape for as many elements, of up to five axes. */
function reshaped(shape: Shape, choices: readonly number[]): Shape {
  const sizes: number[] = [];
  let rest = elementCount(shape);
  for (const number of choices.slice(0, 4)) {
    const divisors = [1, 2, 3, 4, 6].filter((divisor) => rest % divisor === 0);
    const size = divisors[number % divisors.length];
    sizes.push(size);
    rest /= size;
  }
  return [...sizes, rest];
}
