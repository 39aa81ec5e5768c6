import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import { importTflite } from '../../src/formats/tflite/index.ts';
import type { Graph } from '../../src/graph/graph.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { sharedPath } from './shared.ts';

/** A model with one input and what its oracle (TFLite's reference kernels) made of it. */
export interface Golden {
  /** `model.sample` */
  readonly name: string;
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Every operator's output by value name, with the operator; empty for most files. */
  readonly nodes: readonly { readonly operator: string; readonly value: string; readonly tensor: Tensor }[];
}

/** Names (`model.sample`) of the golden files whose model's name matches; empty, with a line, without the shared folder. */
export function listGoldens(pattern: RegExp): readonly string[] {
  const folder = sharedPath('models', 'expected');
  if (folder === null) return [];
  return readdirSync(folder)
    .filter((file) => pattern.test(file))
    .map((file) => file.replace(/\.safetensors$/, ''))
    .sort();
}

export function loadGolden(name: string): Golden {
  const { tensors, metadata } = readSafetensors(readFileSync(sharedPath('models', 'expected', `${name}.safetensors`)!));
  const graph = loadModel(metadata['model']);
  const inputs: Record<string, Tensor> = {};
  const outputs: Record<string, Tensor> = {};
  const nodes: Golden['nodes'][number][] = [];
  for (const [key, tensor] of tensors) {
    const [, kind, rest] = /^(input|output|node):(.*)$/s.exec(key)!;
    if (kind === 'input') inputs[rest] = tensor;
    else if (kind === 'output') outputs[rest] = tensor;
    else {
      const [, operator, value] = /^\d+:([A-Z0-9_]+):(.*)$/s.exec(rest)!;
      nodes.push({ operator, value, tensor });
    }
  }
  return { name, graph, inputs, outputs, nodes };
}

/** A TFLite model of the shared folder, by its path under `models`. */
export function loadModel(file: string, options?: { batch?: number }): Graph {
  const bytes = readFileSync(sharedPath('models', file)!);
  return importTflite(bytes, { name: path.basename(file, '.tflite'), ...options });
}
