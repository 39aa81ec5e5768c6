import { describe, expect, test } from 'vitest';
import { FormatError } from '../../../../src/errors.ts';
import { readTfliteMetadata } from '../../../../src/formats/tflite/metadata.ts';
import { createRandom } from '../../../../src/tensor/random.ts';
import { buildFlatbuffer, type TableSpec } from '../../../support/flatbuffer-builder.ts';
import { buildTflite } from '../../../support/tflite-builder.ts';
import { operatorCode, x, y } from '../../../support/tflite-models.ts';
import { zipFile } from '../../../support/zip-file.ts';

// Field numbers of the public schema, metadata_schema.fbs.

const labels = { 0: { string: 'labels.txt' }, 2: { int8: 2 } };
const input: TableSpec = {
  0: { string: 'image' },
  1: { string: 'a photograph' },
  3: { table: { 0: { int8: 2 }, 1: { table: { 0: { int8: 1 } } } } },
  4: { tables: [{ 0: { int8: 1 }, 1: { table: { 0: { float32s: [127.5] }, 1: { float32s: [1, 2, 3] } } } }] },
  5: { table: { 0: { float32s: [1] }, 1: { float32s: [-1] } } },
};
const output: TableSpec = { 0: { string: 'probability' }, 3: { table: { 0: { int8: 1 } } }, 6: { tables: [labels] } };
const named: TableSpec = {
  0: { string: 'Classifier' },
  1: { string: 'Tells \u001b cats from dogs' },
  2: { string: 'v1' },
  4: { string: 'An author' },
  5: { string: 'Apache-2.0' },
};

function metadata(inputs: readonly TableSpec[], outputs: readonly TableSpec[]): Uint8Array {
  const subgraph: TableSpec = { 2: { tables: inputs }, 3: { tables: outputs } };
  return buildFlatbuffer({ ...named, 3: { tables: [subgraph] } }, 'M001');
}

/** A model with this metadata, and an archive behind it. */
function model(stored: Uint8Array, archive: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const file = buildTflite({
    tensors: [x(2), y(2)],
    operators: [{ code: operatorCode.RELU, inputs: [0], outputs: [1] }],
    inputs: [0],
    outputs: [1],
    fields: {
      4: { tables: [{}, { 0: { bytes: stored } }] },
      6: { tables: [{ 0: { string: 'TFLITE_METADATA' }, 1: { int32: 1 } }] },
    },
  });
  const whole = new Uint8Array(file.length + archive.length);
  whole.set(file);
  whole.set(archive, file.length);
  return whole;
}

const archive = zipFile([{ name: 'labels.txt', content: new TextEncoder().encode('cat\r\ndog \n\n') }]);

describe('metadata of TFLite models', () => {
  test('texts, normalization and labels', async () => {
    expect(await readTfliteMetadata(model(metadata([input], [output]), archive))).toEqual({
      name: 'Classifier',
      description: 'Tells \\u001b cats from dogs',
      version: 'v1',
      author: 'An author',
      license: 'Apache-2.0',
      inputs: [
        {
          name: 'image',
          description: 'a photograph',
          content: 'image',
          colorSpace: 'rgb',
          normalization: { mean: [127.5], deviation: [1, 2, 3] },
          range: { min: [-1], max: [1] },
        },
      ],
      outputs: [{ name: 'probability', description: '', content: 'features', labels: ['cat', 'dog'] }],
    });
  });

  test('labels of values', async () => {
    const classes: TableSpec = { 6: { tables: [{ 0: { string: 'labels.txt' }, 2: { int8: 3 } }] } };
    const read = await readTfliteMetadata(model(metadata([], [classes]), archive));
    expect(read?.outputs).toEqual([{ name: '', description: '', valueLabels: ['cat', 'dog'] }]);
  });

  test('labels in a file whose name has control characters', async () => {
    const name = 'la\u0007bels';
    const files = zipFile([{ name, content: new TextEncoder().encode('cat\n\ndog') }]);
    const classes: TableSpec = { 6: { tables: [{ 0: { string: name }, 2: { int8: 2 } }] } };
    expect((await readTfliteMetadata(model(metadata([], [classes]), files)))?.outputs[0].labels).toEqual([
      'cat',
      '',
      'dog',
    ]);
  });

  describe('small archives of many labels', () => {
    const outputOf = (name: string): TableSpec => ({ 6: { tables: [{ 0: { string: name }, 2: { int8: 2 } }] } });
    const packed = async (name: string, content: Uint8Array<ArrayBuffer>) => {
      const deflate = new Blob([content]).stream().pipeThrough(new CompressionStream('deflate-raw'));
      return { name, content, deflated: new Uint8Array(await new Response(deflate).arrayBuffer()) };
    };
    const newlines = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(10).with(-1, 65);

    test('too many in one file, and in two together', async () => {
      const one = zipFile([await packed('a', newlines(2 ** 18 + 1))]);
      await expect(readTfliteMetadata(model(metadata([], [outputOf('a')]), one))).rejects.toThrow(
        'tflite metadata: more than the 262144 labels that a model may have.',
      );
      const two = zipFile([await packed('a', newlines(2 ** 17)), await packed('b', newlines(2 ** 17 + 1))]);
      const reads = (names: readonly string[]) => readTfliteMetadata(model(metadata([], names.map(outputOf)), two));
      expect((await reads(['b', 'b']))?.outputs[0].labels).toHaveLength(2 ** 17 + 1);
      await expect(reads(['a', 'b'])).rejects.toThrow(/more than the 262144 labels/);
    });

    test('too many bytes in one file, and in two together', async () => {
      const spaces = (length: number) => new Uint8Array(length).fill(32);
      const files = zipFile([
        await packed('a', spaces(2 ** 20)),
        await packed('b', spaces(2 ** 20)),
        { ...(await packed('c', spaces(1000))), content: spaces(1000) },
      ]);
      // What the directory says of the sizes counts before anything is unpacked.
      const view = new DataView(files.buffer);
      const directory = view.getUint32(files.length - 6, true);
      view.setUint32(directory + 2 * 47 + 24, 2 ** 21 + 1, true);
      const reads = (names: readonly string[]) => readTfliteMetadata(model(metadata([], names.map(outputOf)), files));
      await expect(reads(['a', 'b', 'c'])).rejects.toThrow(
        'zip: "c" has 2097153 bytes when it is unpacked, more than the 2097152 allowed.',
      );
      await expect(reads(['c'])).rejects.toThrow(/"c" has 1000 bytes, not 2097153/);
    });
  });

  test('none', async () => {
    const plain = buildTflite({ tensors: [x(2)], operators: [], inputs: [0], outputs: [0] });
    expect(await readTfliteMetadata(plain)).toBeUndefined();
    expect(await readTfliteMetadata(model(buildFlatbuffer({}, 'M001')))).toMatchObject({ name: '', inputs: [] });
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['another identifier', model(buildFlatbuffer(named, 'M002')), /without the identifier "M001"/],
    ['labels that are not there', model(metadata([], [output])), /the labels "labels.txt" are not among the 0 files/],
    [
      'a deviation of 0',
      model(
        metadata(
          [{ 4: { tables: [{ 0: { int8: 1 }, 1: { table: { 0: { float32s: [1] }, 1: { float32s: [0] } } } }] } }],
          [],
        ),
      ),
      /a normalization by mean 1 and deviation 0 gives no numbers/,
    ],
    ['a damaged archive', model(metadata([], [output]), archive.with(-1 - 21, 0x51)), /labels.txt/],
  ])('%s', async (_, bytes, message) => {
    await expect(readTfliteMetadata(bytes)).rejects.toThrow(message);
    await expect(readTfliteMetadata(bytes)).rejects.toThrow(FormatError);
  });

  test('damaged in any way: read, or refused as damaged', async () => {
    const good = model(metadata([input], [output]), archive);
    const random = createRandom(5);
    for (let run = 0; run < 2000; run++) {
      const bytes = good.slice();
      for (let change = 0; change <= random.integer(3); change++) {
        bytes[random.integer(bytes.length)] = [0, 1, 0x7f, 0xff, random.integer(256)][random.integer(5)];
      }
      const cut = random.integer(10) === 0 ? bytes.subarray(0, random.integer(bytes.length)) : bytes;
      await readTfliteMetadata(cut).catch((error: Error) => {
        if (!['FormatError', 'UnsupportedOpError'].includes(error.name)) throw error;
      });
    }
  });
});
