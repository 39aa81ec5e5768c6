import path from 'node:path';
import {
  decodeImage,
  elementCount,
  FormatError,
  readBytes,
  readNpy,
  readRaw,
  readSafetensors,
  type Graph,
  type PixelImage,
  type TensorData,
} from '../node/index.ts';
import { UsageError } from './usage-error.ts';
import { toInputData } from './input-data.ts';

/** What the network is given once: the content of one index of the batch. */
export interface Sample {
  /** The file, and the position in it where there are several. */
  readonly name: string;
  /** Absent for an image. */
  readonly data?: Readonly<Record<string, TensorData>>;
  /** Decodes the image; absent for data. */
  readonly decode?: () => Promise<PixelImage>;
}

const arrayExtensions = ['.npy', '.safetensors', '.bin'];

/**
 * Reads the files for a graph's inputs. A file with several times the elements of one sample is consecutive samples.
 * @param batch samples that one run takes
 * @throws UsageError when files and inputs do not go together; FormatError, ShapeError for what is in a file
 */
export async function readSamples(files: readonly string[], graph: Graph, batch: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const file of files) {
    const extension = path.extname(file).toLowerCase();
    if (!arrayExtensions.includes(extension)) {
      onlyInput(graph, file);
      samples.push({ name: file, decode: () => decodeImage(file) });
      continue;
    }
    const arrays = toArrays(file, extension, await readBytes(file), graph);
    // One by one: a file of numbers may be more samples than a call takes arguments.
    for (const sample of split(file, arrays, graph, batch)) samples.push(sample);
  }
  return samples;
}

/** The content of a file by input name. */
function toArrays(file: string, extension: string, bytes: Uint8Array, graph: Graph): Record<string, TensorData> {
  const parse = <T>(read: (content: Uint8Array) => T): T => {
    try {
      return read(bytes);
    } catch (error) {
      throw error instanceof FormatError ? new FormatError(`${file}: ${error.message}`, { cause: error }) : error;
    }
  };
  if (extension === '.safetensors') {
    const { tensors } = parse(readSafetensors);
    const remembered = new Set((graph.states ?? []).map(({ input }) => input));
    return Object.fromEntries(
      graph.inputs.flatMap((name) => {
        const tensor = tensors.get(`input:${name}`) ?? tensors.get(name);
        if (tensor === undefined) {
          if (remembered.has(name)) return [];
          throw new UsageError(
            `${file}: there is no tensor "input:${name}" or "${name}". It has: ${[...tensors.keys()].slice(0, 10).join(', ')}.`,
          );
        }
        return [[name, toInputData(`${file}: "${name}"`, tensor, graph.values[name])] as const];
      }),
    );
  }
  const name = onlyInput(graph, file);
  const type = graph.values[name];
  const tensor = extension === '.npy' ? parse(readNpy) : parse((content) => readRaw(content, type.dtype));
  return { [name]: toInputData(file, tensor, type) };
}

/** The name of the only input. @throws UsageError when there are several */
function onlyInput(graph: Graph, file: string): string {
  const states = new Set((graph.states ?? []).map(({ input }) => input));
  const inputs = graph.inputs.filter((name) => !states.has(name));
  if (inputs.length === 1) return inputs[0];
  throw new UsageError(
    `${file}: the model has ${inputs.length} inputs (${inputs.join(', ')}). Give a .safetensors file that names them.`,
  );
}

function split(file: string, arrays: Record<string, TensorData>, graph: Graph, batch: number): Sample[] {
  const names = Object.keys(arrays);
  const counts = names.map((name) => {
    const { shape } = graph.values[name];
    const elements = elementCount(shape) / batch;
    const count = arrays[name].length / elements;
    if (!Number.isInteger(count) || count < 1) {
      throw new UsageError(
        `${file}: ${arrays[name].length} elements are no whole number of samples of ${elements} elements, as input "${name}" [${shape.join(', ')}] takes them.`,
      );
    }
    return count;
  });
  if (counts.some((count) => count !== counts[0])) {
    throw new UsageError(`${file}: the inputs have ${counts.join(', ')} samples. Give as many for each.`);
  }
  return Array.from({ length: counts[0] }, (_, index) => ({
    name: counts[0] === 1 ? file : `${file}[${index}]`,
    data: Object.fromEntries(
      names.map((name) => {
        const elements = arrays[name].length / counts[0];
        return [name, arrays[name].subarray(index * elements, (index + 1) * elements)];
      }),
    ),
  }));
}
