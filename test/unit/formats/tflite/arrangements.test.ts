import { describe, expect, test } from 'vitest';
import { tfliteGraph } from '../../../../src/formats/tflite/index.ts';
import { runReference } from '../../../../src/runtime/reference.ts';
import { buildTflite, type ModelSpec } from '../../../support/tflite-builder.ts';
import { floats, importValid, int32s } from '../../../support/tflite-models.ts';

type Options = NonNullable<ModelSpec['operators'][number]['options']>;

/** What a model of one operator makes of 0, 1, 2, …; parameters are constants in their places among the inputs. */
function run(
  code: number,
  shape: readonly number[],
  outputs: readonly (readonly number[])[],
  {
    before = [],
    after = [],
    options,
    uses = 1,
  }: { before?: number[][]; after?: number[][]; options?: Options; uses?: number } = {},
): { shapes: readonly (readonly number[])[]; data: number[][]; bytes: Uint8Array } {
  const parameters = [...before, ...after].map((data, index) => ({ ...int32s(...data), name: `parameter${index}` }));
  const first = before.length;
  const tensors = [
    ...parameters.slice(0, first),
    { name: 'x', shape },
    ...parameters.slice(first),
    ...outputs.map((size, index) => ({ name: `y${index}`, shape: size })),
  ];
  const made = outputs.map((_, index) => parameters.length + 1 + index);
  const inputs = [
    ...before.keys(),
    ...Array.from({ length: uses }, () => first),
    ...after.map((_, index) => first + 1 + index),
  ];
  const bytes = buildTflite({
    tensors,
    operators: [{ code, inputs, outputs: made, options }],
    inputs: [first],
    outputs: made,
  });
  const graph = importValid(bytes);
  const values = runReference(graph, { x: { dtype: 'float32', shape, data: floats(...shape) } });
  const results = graph.outputs.map((name) => values.get(name)!);
  return { shapes: results.map((result) => result.shape), data: results.map(({ data }) => [...data]), bytes };
}

describe('operators that arrange elements', () => {
  test('SPLIT', () => {
    const { shapes, data } = run(
      49,
      [2, 4],
      [
        [2, 2],
        [2, 2],
      ],
      { before: [[-1]], options: [35, { 0: { int32: 2 } }] },
    );
    expect(shapes).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(data).toEqual([
      [0, 1, 4, 5],
      [2, 3, 6, 7],
    ]);
    expect(() =>
      run(
        49,
        [2, 5],
        [
          [2, 2],
          [2, 2],
        ],
        { before: [[1]] },
      ),
    ).toThrow(/pieces of \[2, 2\] do not make up axis 1/);
  });

  test('SPLIT_V', () => {
    const { data } = run(102, [5], [[1], [3], [1]], { after: [[1, -1, 1], [0]] });
    expect(data).toEqual([[0], [1, 2, 3], [4]]);
    expect(() => run(102, [5], [[1], [4]], { after: [[1, 1, 3], [0]] })).toThrow(/do not fit 2 outputs/);
    expect(() => run(102, [5], [[1], [2]], { after: [[1, 2], [0]] })).toThrow(/do not make up/);
  });

  test('UNPACK', () => {
    const { shapes, data } = run(88, [2, 3], [[2], [2], [2]], { options: [64, { 0: { int32: 3 }, 1: { int32: 1 } }] });
    expect(shapes).toEqual([[2], [2], [2]]);
    expect(data).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });

  test('PACK', () => {
    const options: Options = [59, { 0: { int32: 2 }, 1: { int32: 1 } }];
    const { shapes, data } = run(83, [3], [[3, 2]], { options, uses: 2 });
    expect(shapes).toEqual([[3, 2]]);
    expect(data).toEqual([[0, 0, 1, 1, 2, 2]]);
  });

  test('SLICE', () => {
    const { data } = run(65, [3, 4], [[2, 2]], {
      after: [
        [1, 1],
        [-1, 2],
      ],
    });
    expect(data).toEqual([[5, 6, 9, 10]]);
    expect(() => run(65, [3, 4], [[2, 2]], { after: [[1], [2]] })).toThrow(/one number for each of 2 axes/);
    expect(() =>
      run(65, [3, 4], [[2, 2]], {
        after: [
          [2, 1],
          [2, 2],
        ],
      }),
    ).toThrow(/do not lie within/);
  });

  test.each<[string, number[], number[][], Record<number, { int32: number } | { int8: number }>, number[], number[]]>([
    [
      'a block',
      [3, 4],
      [
        [0, 1],
        [2, 3],
        [1, 1],
      ],
      {},
      [2, 2],
      [1, 2, 5, 6],
    ],
    [
      'steps',
      [3, 4],
      [
        [0, 0],
        [3, 4],
        [2, 3],
      ],
      {},
      [2, 2],
      [0, 3, 8, 11],
    ],
    ['from the end', [6], [[-4], [-1], [1]], {}, [3], [2, 3, 4]],
    ['past the end', [6], [[4], [9], [1]], {}, [2], [4, 5]],
    [
      'open ends',
      [3, 4],
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      { 0: { int32: 2 }, 1: { int32: 3 } },
      [2, 4],
      [4, 5, 6, 7, 8, 9, 10, 11],
    ],
    [
      'an axis that disappears',
      [3, 4],
      [
        [1, 0],
        [2, 4],
        [1, 1],
      ],
      { 4: { int32: 1 } },
      [4],
      [4, 5, 6, 7],
    ],
    ['axes that are not named', [2, 3], [[1], [2], [1]], {}, [1, 3], [3, 4, 5]],
    ['downwards', [6], [[4], [1], [-1]], {}, [3], [4, 3, 2]],
    ['downwards from past the end in steps', [6], [[9], [-9], [-2]], {}, [3], [5, 3, 1]],
    [
      'the other way round',
      [2, 3],
      [
        [0, 0],
        [0, 0],
        [-1, -1],
      ],
      { 0: { int32: 3 }, 1: { int32: 3 } },
      [2, 3],
      [5, 4, 3, 2, 1, 0],
    ],
    ['an end that counts from the beginning', [6], [[2], [3], [1]], { 5: { int8: 1 } }, [3], [2, 3, 4]],
    // x[..., 1], x[:, None, ..., 2] and x[0, ..., None].
    [
      'the last axis alone',
      [2, 2, 3],
      [
        [0, 1],
        [0, 2],
        [1, 1],
      ],
      { 2: { int32: 1 }, 4: { int32: 2 } },
      [2, 2],
      [1, 4, 7, 10],
    ],
    [
      'a new axis',
      [2, 3],
      [
        [0, 0, 0, 2],
        [2, 0, 0, 3],
        [1, 1, 1, 1],
      ],
      { 2: { int32: 4 }, 3: { int32: 2 }, 4: { int32: 8 } },
      [2, 1],
      [2, 5],
    ],
    [
      'an ellipsis for no axis',
      [2, 3],
      [
        [1, 0, 0],
        [2, 3, 0],
        [1, 1, 1],
      ],
      { 2: { int32: 4 } },
      [1, 3],
      [3, 4, 5],
    ],
  ])('STRIDED_SLICE: %s', (_name, shape, after, masks, size, expected) => {
    const { shapes, data } = run(45, shape, [size], { after, options: [32, masks] });
    expect(shapes).toEqual([size]);
    expect(data).toEqual([expected]);
  });

  test('STRIDED_SLICE refuses what cannot be', () => {
    const sliced =
      (after: number[][], masks = {}) =>
      () =>
        run(45, [6], [[2]], { after, options: [32, masks] });
    expect(sliced([[0], [6], [0]])).toThrow(/do not go together/);
    expect(sliced([[4], [2], [1]])).toThrow(/which is nothing/);
    expect(sliced([[2], [4], [-1]])).toThrow(/which is nothing/);
    expect(
      sliced(
        [
          [0, 0],
          [1, 1],
          [1, 1],
        ],
        { 2: { int32: 3 } },
      ),
    ).toThrow(/0 axes and 2 ellipses do not fit \[6\]/);
    expect(
      sliced([
        [0, 0],
        [1, 1],
        [1, 1],
      ]),
    ).toThrow(/2 axes and 0 ellipses do not fit/);
  });

  // The examples of the TensorFlow documentation.
  test('DEPTH_TO_SPACE and SPACE_TO_DEPTH', () => {
    const deep = run(5, [1, 2, 2, 4], [[1, 4, 4, 1]], { options: [94, { 0: { int32: 2 } }] });
    expect(deep.data).toEqual([[0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]]);
    const flat = run(26, [1, 4, 4, 1], [[1, 2, 2, 4]], { options: [19, { 0: { int32: 2 } }] });
    expect(flat.data).toEqual([[0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]]);
    expect(() => run(5, [1, 2, 2, 3], [[1, 4, 4, 1]], { options: [94, { 0: { int32: 2 } }] })).toThrow(
      /not blocks of 2 x 2/,
    );
    expect(() => run(26, [1, 3, 4, 1], [[1, 2, 2, 4]], { options: [19, { 0: { int32: 2 } }] })).toThrow(/not blocks/);
    expect(() => run(26, [1, 4, 4, 1], [[1, 2, 2, 4]])).toThrow(/block size is 0/);
  });

  test('a wrong number of outputs is refused', () => {
    expect(() =>
      run(
        83,
        [3],
        [
          [3, 1],
          [3, 1],
        ],
      ),
    ).toThrow(/2 outputs; it needs 1 to Infinity inputs and one output/);
    expect(() => tfliteGraph(run(88, [2], [[], []]).bytes)).not.toThrow();
  });
});
