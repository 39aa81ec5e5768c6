import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { create } from 'webgpu';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeCapabilities, type Capabilities } from '../../src/gpu/capabilities.ts';
import { shaderLibrary } from '../../src/gpu/shader-library.ts';
import { specializeShader } from '../../src/gpu/shader.ts';
import { enterCompileLane } from '../support/compile-lane.ts';

// Dawn's null backend type-checks WGSL in about half a millisecond and offers every feature, f16 and subgroups included.
const folder = path.resolve(import.meta.dirname, '../../shaders');
const kernels = readdirSync(folder).filter((name) => name.endsWith('.wgsl'));

let device: GPUDevice;
let capabilities: Capabilities;
// Dawn frees the instance with this object, and with it the ground under the device.
let gpu: GPU;
const compiled = new Set<string>();

beforeAll(async () => {
  gpu = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
  const adapter = (await gpu.requestAdapter())!;
  device = await adapter.requestDevice({ requiredFeatures: ['shader-f16', 'subgroups', 'timestamp-query'] });
  // Some tiles are for software adapters only; every other is compiled by its name.
  capabilities = { ...describeCapabilities(gpu, adapter, device), isSoftware: true };
});
afterAll(() => device.destroy());

async function compileText(name: string, text: string): Promise<void> {
  if (compiled.has(text)) return;
  compiled.add(text);
  const { messages } = await device.createShaderModule({ code: text }).getCompilationInfo();
  const errors = messages
    .filter(({ type }) => type === 'error')
    .map(({ lineNum, message }) => `${lineNum}: ${message}`);
  expect(errors, `${name}\n${text}`).toEqual([]);
}

describe('as they stand', () => {
  for (const file of kernels) {
    test(`${file}`, () =>
      compileText(file, specializeShader(file, readFileSync(path.join(folder, file), 'utf8')).text));
  }

  test('no library file is left unused', () => {
    const root = path.resolve(import.meta.dirname, '../..');
    const texts = ['src', 'shaders']
      .flatMap((top) =>
        readdirSync(path.join(root, top), { recursive: true, encoding: 'utf8' }).map((file) => path.join(top, file)),
      )
      .filter((file) => ['.ts', '.wgsl'].includes(path.extname(file)) && !file.endsWith('shader-library.ts'))
      .map((file) => readFileSync(path.join(root, file), 'utf8'))
      .join('\n');
    // Imported by a shader, or named by a host: literally, or as a prefix with a variable end.
    const isNamed = (name: string): boolean =>
      new RegExp(`//#import ${name}$`, 'm').test(texts) ||
      texts.includes(`'${name}'`) ||
      name.split('-').some((_, index, parts) => texts.includes(`\`${parts.slice(0, index + 1).join('-')}-\${`));
    expect(Object.keys(shaderLibrary).filter((name) => !isNamed(name))).toEqual([]);
  });
});

// The conformance cases of every op, registered once more in a lane that compiles what they would run.
enterCompileLane({ capabilities: () => capabilities, compile: ({ name, text }) => compileText(name, text) });
const suites = path.resolve(import.meta.dirname, '../ops');
for (const file of readdirSync(suites)) await import(path.join(suites, file));
