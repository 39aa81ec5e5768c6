import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { create } from 'webgpu';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shaderLibrary } from '../../src/gpu/shader-library.ts';
import { specializeShader } from '../../src/gpu/shader.ts';

// Dawn's null backend type-checks WGSL in about half a millisecond and offers every feature, f16 and subgroups included.
const folder = path.resolve(import.meta.dirname, '../../shaders');
const importPattern = /^[ \t]*\/\/#import[ \t]+([\w-]+)/gm;

/** Library files that declare the same functions, so that the host may choose one for another. */
const families = [
  /^engine-/,
  /^lanes-/,
  /^requantize-/,
  /^add-/,
  /^epilogue-.*-int8$/,
  /^epilogue-.*-float$/,
  /^quads-/,
  /^values-/,
];

function importsOf(text: string): readonly string[] {
  const direct = [...text.matchAll(importPattern)].map(([, name]) => name);
  return [...new Set(direct.flatMap((name) => [name, ...importsOf(shaderLibrary[name] ?? '')]))];
}

/** Every combination of what may satisfy each import. */
function variants(text: string): Record<string, string>[] {
  let combinations: Record<string, string>[] = [{}];
  for (const name of importsOf(text)) {
    const family = families.find((pattern) => pattern.test(name));
    if (family === undefined) continue;
    const choices = Object.keys(shaderLibrary).filter((candidate) => family.test(candidate));
    combinations = combinations.flatMap((known) => choices.map((choice) => ({ ...known, [name]: choice })));
  }
  return combinations;
}

describe('every shader variant compiles', () => {
  let device: GPUDevice;
  // Dawn frees the instance with this object, and with it the ground under the device.
  let gpu: GPU;
  beforeAll(async () => {
    gpu = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
    const adapter = (await gpu.requestAdapter())!;
    const wanted: GPUFeatureName[] = ['shader-f16', 'subgroups', 'timestamp-query'];
    device = await adapter.requestDevice({ requiredFeatures: wanted });
  });
  afterAll(() => device.destroy());

  for (const file of readdirSync(folder).filter((name) => name.endsWith('.wgsl'))) {
    const source = readFileSync(path.join(folder, file), 'utf8');
    test(`${file}`, async () => {
      let compiled = 0;
      for (const imports of variants(source)) {
        const { text } = specializeShader(file, source, { imports });
        const module = device.createShaderModule({ code: text });
        const { messages } = await module.getCompilationInfo();
        const errors = messages
          .filter(({ type }) => type === 'error')
          .map(({ lineNum, message }) => `${lineNum}: ${message}`);
        expect(errors, `${file} with ${JSON.stringify(imports)}\n${text}`).toEqual([]);
        compiled++;
      }
      expect(compiled).toBeGreaterThan(0);
    });
  }

  test('no library file is left unused', () => {
    const used = new Set<string>();
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.wgsl'))) {
      const source = readFileSync(path.join(folder, file), 'utf8');
      for (const name of importsOf(source)) {
        used.add(name);
        const family = families.find((pattern) => pattern.test(name));
        for (const candidate of Object.keys(shaderLibrary)) if (family?.test(candidate)) used.add(candidate);
      }
    }
    expect(Object.keys(shaderLibrary).filter((name) => !used.has(name))).toEqual([]);
  });
});
