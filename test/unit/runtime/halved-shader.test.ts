import { describe, expect, test } from 'vitest';
import { specializeShader } from '../../../src/gpu/shader.ts';
import { halvedShader } from '../../../src/runtime/halved-shader.ts';

const source = `// y[i] = x[i] + z[i], and x[i] where there is none.
alias Word = Quad;
alias Quad = vec4<f32>;
const QUADS: u32 = 1;
@group(0) @binding(1) var<storage, read> x: array<Word, QUADS>;
@group(0) @binding(2) var<storage, read> z: array<vec4<i32>, QUADS>;
@group(0) @binding(3) var<storage, read> steps: array<u32, QUADS>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4<u32>, QUADS>;

fn at(index: u32) -> u32 {
  return steps[index];
}

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) id: vec3<u32>) {
  let place = id;
  if (y[place.x].x == 0u) {
    y[at(steps[place.x])] = bitcast<vec4<u32>>(
      x[steps[at(1u)]] * x[0].y + bitcast<vec4<f32>>(z[steps[2]]));
  }
}
`;

const halved = (bindings: readonly number[]): string | undefined =>
  halvedShader('sample', { shader: source }, bindings);

const code = (halves: readonly number[], shared = false): string =>
  specializeShader('sample', halved(halves)!, { shared, constants: { QUADS: 7 } }).text.replace(/\s+/g, ' ');

describe('bindings that hold float16', () => {
  test('go through halves wherever they are read and written, and nothing else does', () => {
    const text = code([1, 4]);
    expect(text).toContain('x: array<vec2<u32>, QUADS>;');
    expect(text).toContain('y: array<vec2<u32>, QUADS>;');
    expect(text).toContain('z: array<vec4<i32>, QUADS>;');
    expect(text).toContain('if (bitcast<vec4<u32>>(unpackHalves(y[place.x])).x == 0u)');
    expect(text).toContain(
      'y[at(steps[place.x])] = packHalves(bitcast<vec4<f32>>( bitcast<vec4<u32>>( ' +
        'bitcast<Word>(unpackHalves(x[steps[at(1u)]])) * bitcast<Word>(unpackHalves(x[0])).y + bitcast<vec4<f32>>(z[steps[2]]))));',
    );
    expect(text).toContain('fn packHalves(');
    expect(text).toContain('let place = id;');
  });

  test('may be of any type of 32 bits', () => {
    expect(code([2])).toContain('bitcast<vec4<f32>>(bitcast<vec4<i32>>(unpackHalves(z[steps[2]])))');
  });

  test('share pipelines as others do', () => {
    expect(code([1], true)).toContain('x: array<vec2<u32>>;');
  });

  test('are arrays of quads: numbers one by one, and what is not there, cannot be halved', () => {
    expect(halved([1, 2, 4])).toBeDefined();
    expect(halved([1, 3])).toBeUndefined();
    expect(halved([9])).toBeUndefined();
  });
});
