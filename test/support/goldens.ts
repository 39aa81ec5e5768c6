import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import { tfliteGraph } from '../../src/formats/tflite/index.ts';
import type { Graph } from '../../src/graph/graph.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { isThorough } from './lane.ts';
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

/**
 * Names (`model.sample`) of the golden files whose model's name matches, in the lanes that are not for everything one of each model; none,
 * with a line, without the shared folder.
 */
function listGoldens(pattern: RegExp): readonly string[] {
  const folder = sharedPath('models', 'expected');
  if (folder === null) return [];
  const names = readdirSync(folder).filter((file) => pattern.test(file));
  if (names.length === 0) throw new Error(`${folder}: no file matches ${pattern}. Were the golden files renamed?`);
  const samples = names.map((file) => file.replace(/\.safetensors$/, '')).sort((a, b) => a.localeCompare(b));
  const modelOf = (name: string): string => name.slice(0, name.lastIndexOf('.'));
  return isThorough ? samples : [...new Map(samples.map((name) => [modelOf(name), name])).values()];
}

/** A suite of one test or more for each golden file; skipped as a whole without the shared folder. */
export function describeGoldens(title: string, pattern: RegExp, register: (name: string) => void): void {
  const names = listGoldens(pattern);
  describe(`${title}`, () => {
    // A suite without any test would be an error.
    test.skipIf(names.length === 0)('the golden files are there', () => expect(names.length).toBeGreaterThan(0));
    for (const name of names) register(name);
  });
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
  return tfliteGraph(bytes, { name: path.basename(file, '.tflite'), ...options });
}
