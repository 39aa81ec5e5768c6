import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../../src/errors.ts';
import { packParams, specializeShader } from '../../../src/gpu/shader.ts';

const source = `// A comment.
//#import codes
alias Quad = u32;
const SIZE: u32 = 1;
const LOW: i32 = -1;
const FACTOR: f32 = 1.0;
struct Params {
  count: u32, // how many
  bias: i32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Quad, SIZE>;
@group(0) @binding(2) var<storage, read_write> y: array<Quad, SIZE>;
`;

describe('specializeShader', () => {
  test('sets constants and aliases and resolves imports', () => {
    const { text } = specializeShader('sample', source, {
      constants: { SIZE: 7, LOW: -128, FACTOR: 0.5, Quad: 'vec4<f32>' },
    });
    expect(text).toContain('const SIZE: u32 = 7;');
    expect(text).toContain('const LOW: i32 = -128;');
    expect(text).toContain('const FACTOR: f32 = f32(0.5);');
    expect(text).toContain('alias Quad = vec4<f32>;');
    expect(text).toContain('fn unpackCodes');
    expect(text).not.toContain('#import');
  });

  test('reads the bindings and the Params fields', () => {
    const { bindings, params } = specializeShader('sample', source);
    expect(bindings.map(({ binding, name, type }) => [binding, name, type])).toEqual([
      [0, 'params', 'uniform'],
      [1, 'x', 'read-only-storage'],
      [2, 'y', 'storage'],
    ]);
    expect(params.map(({ name, type }) => `${name}:${type}`)).toEqual(['count:u32', 'bias:i32', 'scale:f32']);
  });

  test('refuses what it does not know', () => {
    expect(() => specializeShader('sample', source, { constants: { WIDTH: 1 } })).toThrow(/no top-level const "WIDTH"/);
    expect(() => specializeShader('sample', source, { constants: { SIZE: -1 } })).toThrow(
      /"SIZE" of type u32 cannot be -1/,
    );
    expect(() => specializeShader('sample', source, { constants: { SIZE: 1.5 } })).toThrow(DeviceError);
    expect(() => specializeShader('sample', source, { constants: { FACTOR: Number.NaN } })).toThrow(/not finite/);
    expect(() => specializeShader('sample', source, { imports: { other: 'codes' } })).toThrow(/not imported/);
    expect(() => specializeShader('sample', source, { imports: { codes: 'absent' } })).toThrow(/absent\.wgsl/);
    expect(() => specializeShader('sample', '@group(1) @binding(0) var<storage, read> x: array<u32>;')).toThrow(
      /cannot be understood/,
    );
  });

  test('shares constants by reading them from Params, except where WGSL wants a constant', () => {
    const shareable = `const SIZE: u32 = 1;
const LOW: i32 = -1;
const GROUP: u32 = 64;
const TILE: u32 = 4;
const TILE_WORDS: u32 = TILE * 2u;
var<workgroup> scratch: array<u32, LENGTH>;
const LENGTH: u32 = 8;
@group(0) @binding(1) var<storage, read> x: array<vec4<u32>, SIZE>;
@compute @workgroup_size(GROUP)
fn main() { let a = SIZE + u32(LOW); }`;
    const constants = { SIZE: 7, LOW: -3, GROUP: 32, TILE: 2, LENGTH: 16 };
    const shader = specializeShader('sample', shareable, { constants, shared: true });
    expect(shader.sharedConstants).toEqual({ SIZE: 7, LOW: -3 });
    expect(shader.text).toContain('x: array<vec4<u32>>;');
    expect(shader.text).toContain('params.SIZE + u32(params.LOW)');
    expect(shader.text).toContain('@workgroup_size(GROUP)');
    expect(shader.text).toContain('const GROUP: u32 = 32;');
    expect(shader.text).toContain('const TILE: u32 = 2;');
    expect(shader.text).toContain('const LENGTH: u32 = 16;');
    expect(packParams(shader, shader.sharedConstants).byteLength).toBe(16);
    const other = specializeShader('sample', shareable, { constants: { ...constants, SIZE: 9 }, shared: true });
    expect(other.text).toBe(shader.text);
  });

  test('packs params exactly', () => {
    const shader = specializeShader('sample', source);
    const view = new DataView(packParams(shader, { count: 3, bias: -4, scale: 0.25 }));
    expect(view.byteLength).toBe(16);
    expect([view.getUint32(0, true), view.getInt32(4, true), view.getFloat32(8, true)]).toEqual([3, -4, 0.25]);
    expect(() => packParams(shader, { count: 3, bias: 1 })).toThrow(/lacks \[scale\]/);
    expect(() => packParams(shader, { count: 3, bias: 1, scale: 1, extra: 2 })).toThrow(/does not know \[extra\]/);
  });
});
