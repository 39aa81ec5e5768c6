// LiteRT (TensorFlow Lite and XNNPACK, as WebAssembly) in Node, as an oracle that is none of ours. It takes inputs of every
// element type, which its JavaScript interface does not, so its classes of C++ are used directly.
//
//   npm install --ignore-scripts --prefix bench/peers
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';

const folder = path.resolve(import.meta.dirname, '../../bench/peers/node_modules/@litertjs/core');
/** The build without relaxed SIMD, whose results depend on the processor. */
const build = path.join(folder, 'wasm/litert_wasm_compat_internal');

/** ElementType of LiteRT by number, as far as it is read here. */
const types = /** @type {const} */ ({
  1: ['float32', Float32Array],
  2: ['int32', Int32Array],
  3: ['uint8', Uint8Array],
  4: ['int64', BigInt64Array],
  6: ['bool', Uint8Array],
  7: ['int16', Int16Array],
  9: ['int8', Int8Array],
});

/**
 * @typedef {Float32Array | Int32Array | Uint8Array | BigInt64Array | Int16Array | Int8Array} Elements
 * @typedef {{ name: string, dtype: string, shape: number[], data: Elements }} Output
 * @typedef {{ run: (inputs: readonly ArrayBufferView[]) => Output[], delete: () => void }} LoadedModel
 * @typedef {{ name: string, load: (bytes: Uint8Array) => Promise<LoadedModel> }} Oracle
 */

/** @returns {Promise<Oracle>} */
export async function openLiteRt() {
  if (!existsSync(`${build}.wasm`)) {
    throw new Error('LiteRT is not installed: npm install --ignore-scripts --prefix bench/peers');
  }
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  /** @type {string[]} */
  const log = [];
  const wasm = await instantiate((line) => log.push(line));
  wasm.setupLogging();
  const environment = wasm.LiteRtEnvironment.create(null);
  /** What LiteRT says of what went wrong stands in its log, its errors being numbers. @param {unknown} error */
  const explain = (error) => new Error([...log.filter((line) => /error/i.test(line)), String(error)].join('\n'));

  return {
    name: `LiteRT.js ${version}`,
    async load(bytes) {
      log.length = 0;
      try {
        const address = wasm._malloc(bytes.length);
        wasm.HEAPU8.set(bytes, address);
        const model = wasm.loadModel(environment, address, bytes.length);
        const compiled = await wasm.compileModel(environment, model, { accelerator: 'wasm' });
        const signature = model.getSignature(0);
        const names = listOf(signature.outputNames());
        return {
          run(inputs) {
            log.length = 0;
            try {
              const outputs = runModel(wasm, environment, { model, compiled, names }, inputs);
              // Not every failure is thrown.
              if (log.some((line) => line.startsWith('ERROR'))) throw new Error('run');
              return outputs;
            } catch (error) {
              throw explain(error);
            }
          },
          delete() {
            compiled.delete();
            model.delete();
            wasm._free(address);
          },
        };
      } catch (error) {
        throw explain(error);
      }
    },
  };
}

/** The runtime's loader, which is a script for pages. @param {(line: string) => void} tell */
async function instantiate(tell) {
  const scope = { require: createRequire(import.meta.url), __dirname: folder, __filename: `${build}.js` };
  const wrapped = `(${Object.keys(scope).join(', ')}) => { ${readFileSync(`${build}.js`, 'utf8')}\nreturn ModuleFactory; }`;
  const factory = vm.runInThisContext(wrapped)(...Object.values(scope));
  // It asks for the global of workers.
  Reflect.set(globalThis, 'self', globalThis);
  return factory({ wasmBinary: readFileSync(`${build}.wasm`), print: tell, printErr: tell });
}

/**
 * @param {any} wasm
 * @param {any} environment
 * @param {{ model: any, compiled: any, names: string[] }} loaded
 * @param {readonly ArrayBufferView[]} inputs
 * @returns {Output[]}
 */
function runModel(wasm, environment, { model, compiled, names }, inputs) {
  const { HOST_MEMORY } = wasm.LiteRtTensorBufferType;
  const { READ, WRITE } = wasm.LiteRtTensorBufferLockMode;
  const buffers = inputs.map((input, index) => {
    const type = model.getInputTensorType(0, index);
    if (type.bytes() !== input.byteLength) {
      throw new Error(`input ${index} has ${input.byteLength} bytes, the model takes ${type.bytes()}`);
    }
    const buffer = wasm.LiteRtTensorBuffer.createManaged(environment, HOST_MEMORY, type, input.byteLength);
    const address = buffer.lock(WRITE);
    wasm.HEAPU8.set(new Uint8Array(input.buffer, input.byteOffset, input.byteLength), address);
    buffer.unlock();
    return buffer;
  });
  const results = compiled.run(0, buffers);
  const outputs = results.map((/** @type {any} */ buffer, /** @type {number} */ index) => {
    const type = buffer.tensorType();
    const number = /** @type {keyof typeof types} */ (type.elementType().value);
    if (!(number in types)) throw new Error(`output ${names[index]} has the element type ${number}`);
    const [dtype, ArrayType] = types[number];
    const address = buffer.lock(READ);
    const bytes = wasm.HEAPU8.slice(address, address + buffer.packedSize());
    buffer.unlock();
    return { name: names[index], dtype, shape: listOf(type.layout().dimensions()), data: new ArrayType(bytes.buffer) };
  });
  for (const buffer of [...buffers, ...results]) buffer.delete();
  return outputs;
}

/** @template T @param {{ size: () => number, get: (index: number) => T }} vector @returns {T[]} */
function listOf(vector) {
  return Array.from({ length: vector.size() }, (_, index) => vector.get(index));
}
