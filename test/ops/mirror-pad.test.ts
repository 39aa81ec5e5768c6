import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mirrorPad, type MirrorMode, type MirrorPadAttributes } from '../../src/ops/mirror-pad.ts';
import { float32, int8, uint8 } from '../support/codes.ts';
import { compileWithin, runPieces } from '../support/cut-program.ts';
import { buildGraph, type OpCase, testOp } from '../support/test-op.ts';

type Sides = MirrorPadAttributes['padding'];

const modes = ['reflect', 'symmetric', 'edge'] as const;
const int32 = { dtype: 'int32' as const };
const none = [0, 0] as const;
const geometries: readonly (readonly [readonly number[], Sides])[] = [
  [[1], [none]],
  [[3], [[2, 1]]],
  [[70], [[65, 69]]],
  [
    [5, 8],
    [[4, 0], none],
  ],
  [
    [2, 4, 5, 3],
    [none, [1, 2], [3, 1], none],
  ],
  [
    [1, 3, 3, 16],
    [none, [1, 1], [1, 1], none],
  ],
  [
    [2, 2, 5, 6],
    [[1, 1], none, [2, 4], [5, 3]],
  ],
  // As many padded axes as a kernel walks, and others that count as one.
  [
    [2, 3, 2, 3, 5],
    [
      [1, 0],
      [1, 1],
      [0, 1],
      [2, 1],
      [3, 4],
    ],
  ],
  [
    [2, 3, 2, 2, 2, 5],
    [none, none, none, [0, 1], [1, 1], none],
  ],
];

testOp(
  mirrorPad,
  [float32, int8(0.1, -9), uint8(0.1, 130), int32].flatMap((type) =>
    geometries.flatMap(([shape, padding]) =>
      modes.map((mode): OpCase<MirrorPadAttributes> => ({
        name: `${type.dtype} [${shape.join(', ')}] by ${padding.map((sides) => sides.join('+')).join(', ')}, ${mode}`,
        attributes: { padding, mode },
        inputs: [{ ...type, shape }],
        outputs: [type],
        roundings: ['float'],
      })),
    ),
  ),
);

const contextOf = (shape: readonly number[], padding: Sides, mode: MirrorMode) => ({
  name: 'm',
  attributes: { padding, mode },
  inputs: [{ ...float32, shape }],
  constants: [],
  rounding: 'float' as const,
});

// The examples of TensorFlow's MirrorPad and of ONNX's Pad.
test.each<[MirrorMode, number[], number[], Sides, number[], number[]]>([
  [
    'symmetric',
    [2, 3],
    [1, 2, 3, 4, 5, 6],
    [
      [1, 1],
      [2, 2],
    ],
    [4, 7],
    [2, 1, 1, 2, 3, 3, 2, 2, 1, 1, 2, 3, 3, 2, 5, 4, 4, 5, 6, 6, 5, 5, 4, 4, 5, 6, 6, 5],
  ],
  [
    'reflect',
    [3, 2],
    [1, 1.2, 2.3, 3.4, 4.5, 5.7],
    [none, [1, 1]],
    [3, 4],
    [1.2, 1, 1.2, 1, 3.4, 2.3, 3.4, 2.3, 5.7, 4.5, 5.7, 4.5],
  ],
  [
    'edge',
    [3, 2],
    [1, 1.2, 2.3, 3.4, 4.5, 5.7],
    [none, [2, 0]],
    [3, 4],
    [1, 1, 1, 1.2, 2.3, 2.3, 2.3, 3.4, 4.5, 4.5, 4.5, 5.7],
  ],
])('%s by hand', (mode, shape, data, padding, size, expected) => {
  const context = contextOf(shape, padding, mode);
  expect(mirrorPad.inferShape(context)).toEqual([size]);
  const [y] = mirrorPad.reference({ ...context, outputs: [{ ...float32, shape: size }] }, [
    { ...float32, shape, data: Float32Array.from(data) },
  ]);
  expect([...y.data]).toEqual([...Float32Array.from(expected)]);
});

test('parts are made of what they hold', () => {
  const side = fc.tuple(fc.nat(4), fc.nat(4));
  const cases = fc.record({
    mode: fc.constantFrom(...modes),
    size: fc.integer({ min: 5, max: 20 }),
    height: side,
    width: side,
    rows: fc.integer({ min: 2, max: 8 }),
  });
  let cut = 0;
  const property = fc.property(cases, ({ mode, size, height, width, rows }) => {
    const { graph, inputs } = buildGraph(mirrorPad, {
      name: 'parts',
      attributes: { padding: [none, height, width, none], mode },
      inputs: [{ ...float32, shape: [1, size, 8, 4] }],
      outputs: [float32],
    });
    const x = { ...inputs['input0'] };
    const whole = compileWithin(graph, {});
    const [expected] = runPieces(whole, graph, x);
    const widest = 16 * (8 + width[0] + width[1]);
    let program: typeof whole;
    try {
      program = compileWithin(graph, { maxStorageBufferBindingSize: widest * rows });
    } catch {
      // A border may need more rows than fit.
      return;
    }
    if (program.steps.length > whole.steps.length) cut++;
    expect(runPieces(program, graph, x)).toEqual([expected]);
  });
  fc.assert(property, { numRuns: 200 });
  expect(cut).toBeGreaterThan(50);
});

test.each<[MirrorMode, Sides]>([
  ['reflect', [none]],
  ['reflect', [none, [3, 0]]],
  ['symmetric', [none, [0, 4]]],
  ['edge', [none, [-1, 0]]],
  ['edge', [none, [0.5, 0]]],
])('%s of %j does not fit', (mode, padding) => {
  expect(() => mirrorPad.inferShape(contextOf([2, 3], padding, mode))).toThrow(
    /mirror-pad "m": padding .* does not fit input \[2, 3\] by/,
  );
});
