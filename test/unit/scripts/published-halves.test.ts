import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { minifyWgsl } from '../../../scripts/wgsl-plugin.mjs';
import { halvedShader } from '../../../src/runtime/halved-shader.ts';

const shaders = path.resolve(import.meta.dirname, '../../../shaders');

test.each(['unary-float', 'relu-float'])(
  '%s holds float16 without its spaces, too, as it is published',
  async (name) => {
    const shader = minifyWgsl(await readFile(path.join(shaders, `${name}.wgsl`), 'utf8'));
    const text = halvedShader(name, { shader }, [1, 2]);
    expect(text).toMatch(/x:\s*array<vec2<u32>,/);
    expect(text).toMatch(/unpackHalves\(x\[/);
  },
);
