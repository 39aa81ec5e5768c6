import { cp, mkdir, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';

// Small ones of every kind: per-tensor uint8 (MobileNets), per-channel int8 (MLPerf Tiny), float, and both in one.
const MODELS = [
  'mobilenet/mobilenet_v2_1.0_224_quant',
  'mobilenet/mobilenet_v1_0.25_128_quant',
  'mlperf-tiny/pretrainedResnet_quant',
  'mlperf-tiny/kws_ref_model',
  'mlperf-tiny/vww_96_int8',
  'mlperf-tiny/ad01_int8',
  'mlperf-tiny/pretrainedResnet',
  'mlperf-tiny/kws_float32',
  'mnist/partly_quantized_mnist',
];

/** Where the tests look for models; see "Models for tests" in CONTRIBUTING.md. */
const SHARED = process.env['QUADOT_MODELS'] ?? path.resolve(import.meta.dirname, '../../../shared');

/**
 * Copies the chosen models with their licences, and what TensorFlow Lite made of each.
 * @param {string} folder of the bundle
 * @returns {Promise<{ present: string[], missing: string[] }>}
 */
export async function copyModels(folder) {
  const source = path.join(SHARED, 'models');
  const hasModel = (/** @type {string} */ model) => existsSync(path.join(source, `${model}.tflite`));
  const present = MODELS.filter(hasModel);
  const missing = MODELS.filter((model) => !hasModel(model));
  if (present.length === 0) return { present, missing };

  /** @param {string} file */
  const copy = async (file) => {
    const to = path.join(folder, 'models', file);
    await mkdir(path.dirname(to), { recursive: true });
    await cp(path.join(source, file), to);
  };
  for (const model of present) await copy(`${model}.tflite`);
  for (const subfolder of new Set(present.map((model) => path.dirname(model)))) {
    const licences = (await readdir(path.join(source, subfolder))).filter((file) => /^licen[cs]e/i.test(file));
    for (const file of licences) await copy(`${subfolder}/${file}`);
  }
  const names = present.map((model) => path.basename(model));
  for (const file of await readdir(path.join(source, 'expected'))) {
    if (names.includes(file.split('.').slice(0, -2).join('.'))) await copy(`expected/${file}`);
  }
  return { present, missing };
}
