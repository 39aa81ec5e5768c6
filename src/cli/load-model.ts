import path from 'node:path';
import {
  FormatError,
  importTflite,
  QuadotError,
  readBytes,
  readTfliteMetadata,
  type Graph,
  type ModelMetadata,
  type TfliteImportOptions,
} from '../node/index.ts';
import { note } from './output.ts';

/** A model file as a graph. */
export interface LoadedModel {
  readonly graph: Graph;
  readonly file: string;
  readonly format: 'tflite';
  readonly fileBytes: number;
  /** What its author says of it. */
  readonly metadata?: ModelMetadata;
}

/**
 * Reads a model; what it is follows from its content.
 * @param options of its importer
 * @throws FormatError when it is none this version reads
 */
export async function loadModel(file: string, options: Omit<TfliteImportOptions, 'name'> = {}): Promise<LoadedModel> {
  const bytes = await readBytes(file);
  const extension = path.extname(file).toLowerCase();
  if (isTflite(bytes)) {
    const name = path.basename(file, path.extname(file));
    const graph = await named(file, importTflite(bytes, { ...options, name }));
    const metadata = await readMetadata(file, bytes);
    return { graph, file, format: 'tflite', fileBytes: bytes.byteLength, ...(metadata && { metadata }) };
  }
  if (extension === '.onnx') {
    throw new FormatError(`${file}: reading ONNX comes with a later version. Convert the model to TFLite.`);
  }
  throw new FormatError(
    `${file}: not a model that this version reads: the identifier "TFL3" of TFLite is not at byte 4${extension === '.tflite' ? ', so it is something else (a web page?), damaged or empty' : ''}. Give a .tflite file.`,
  );
}

/** A network runs as well without what is said of it. */
async function readMetadata(file: string, bytes: Uint8Array): Promise<ModelMetadata | undefined> {
  try {
    return await readTfliteMetadata(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    note(`${file}: labels and normalization are left out. ${error.message}`);
    return undefined;
  }
}

/** The work's errors with the file in front. */
async function named<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof QuadotError) error.message = `${file}: ${error.message}`;
    throw error;
  }
}

function isTflite(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(4, 8)) === 'TFL3';
}
