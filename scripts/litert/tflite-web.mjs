// TensorFlow Lite as WebAssembly (tfjs-tflite, of 2022) in Node: an older build than LiteRT's, which has what LiteRT refuses,
// tensors that keep a state between runs first of all.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const folder = path.resolve(import.meta.dirname, '../../bench/peers/node_modules/@tensorflow/tfjs-tflite');
const build = path.join(folder, 'wasm/tflite_web_api_cc_simd');

/** @returns {Promise<import('./runtime.mjs').Oracle>} */
export async function openTfliteWeb() {
  const require = createRequire(import.meta.url);
  /** @type {string[]} */
  const log = [];
  const tell = (/** @type {string} */ line) => log.push(line);
  const wasm = await require(`${build}.js`)({ wasmBinary: readFileSync(`${build}.wasm`), print: tell, printErr: tell });
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const options = { numThreads: 1, enableProfiling: false, maxProfilingBufferEntries: 1 };
  return {
    name: `tfjs-tflite ${version}`,
    async load(bytes) {
      log.length = 0;
      const address = wasm._malloc(bytes.length);
      wasm.HEAPU8.set(bytes, address);
      // Views of the memory are made when asked for: it may have grown.
      const status = wasm.TFLiteWebModelRunner.CreateFromBufferAndOptions(address, bytes.length, options);
      if (!status.ok()) throw new Error([...log, status.errorMessage()].join('\n'));
      const runner = status.value();
      return {
        run(inputs) {
          log.length = 0;
          const places = listOf(runner.GetInputs());
          for (const [index, { buffer, byteOffset }] of inputs.entries()) {
            const target = places[index].data();
            target.set(new target.constructor(buffer, byteOffset, target.length));
          }
          if (!runner.Infer()) throw new Error(log.join('\n'));
          return listOf(runner.GetOutputs()).map((output) => ({
            name: output.name,
            dtype: output.dataType,
            shape: output.shape === '' ? [] : output.shape.split(',').map(Number),
            data: output.data().slice(),
          }));
        },
        delete() {
          runner.delete();
          wasm._free(address);
        },
      };
    },
  };
}

/** @param {any} vector @returns {any[]} */
function listOf(vector) {
  return Array.from({ length: vector.size() }, (_, index) => vector.get(index));
}
