import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadModel } from '../../src/cli/load-model.ts';
import { inspectGraph } from '../../src/runtime/inspect-graph.ts';
import { isQuantizedDType } from '../../src/tensor/dtype.ts';
import type { Skipped } from '../measure/report.ts';
import type { ModelCase } from '../models/index.ts';

/** Where tests look for models too: QUADOT_MODELS, or `shared` beside the repository, seen from build/. */
const folder = process.env['QUADOT_MODELS'] ?? path.resolve(import.meta.dirname, '../../shared');

/** Measured when they are there. */
const published = [
  'mobilenet/mobilenet_v2_1.0_224_quant.tflite',
  'mobilenet/tf2_mobilenet_v2_1.0_224_ptq.tflite',
  'movenet/movenet_single_pose_lightning_ptq.tflite',
];

/**
 * The published models that are there, and the files that the user names.
 * @throws QuadotError when a file of the user's cannot be read
 */
export async function loadModelFiles(
  files: readonly string[],
): Promise<{ readonly models: readonly ModelCase[]; readonly skipped: readonly Skipped[] }> {
  const models: ModelCase[] = [];
  const skipped: Skipped[] = [];
  for (const name of published) {
    const file = path.join(folder, 'models', name);
    if (existsSync(file)) models.push(await modelOf(file));
    else
      skipped.push({
        name,
        reason: `not in ${path.dirname(file)}; QUADOT_MODELS says where models are`,
        isFailure: false,
      });
  }
  for (const file of files) models.push(await modelOf(file));
  return { models, skipped };
}

async function modelOf(file: string): Promise<ModelCase> {
  const { graph } = await loadModel(file);
  const isInt8 = Object.values(graph.values).some(({ dtype }) => isQuantizedDType(dtype));
  return {
    name: `model/${isInt8 ? 'int8' : 'float32'}/${path.basename(file, path.extname(file))}`,
    multiplyAdds: inspectGraph(graph).multiplyAccumulates,
    graph: () => graph,
  };
}
