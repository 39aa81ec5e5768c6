import { expect, test } from 'vitest';
import { minifyWgsl } from '../../../scripts/wgsl-plugin.mjs';

test('drops comments and spaces, and keeps import lines', () => {
  const text = `
    // y = -x, one thread per element
    //#import quads
    const SIZE : u32 = 64u; /* a /* nested */ comment */ const OTHER = 1u;
    @compute @workgroup_size(SIZE) fn main( @builtin(global_invocation_id) id : vec3u ) {
      y[ id.x ] = - -x[id.x]; // done
    }
  `;
  expect(minifyWgsl(text)).toBe(
    [
      '//#import quads',
      'const SIZE:u32=64u;const OTHER=1u;',
      '@compute @workgroup_size(SIZE)fn main(@builtin(global_invocation_id)id:vec3u){',
      'y[id.x]=- -x[id.x];',
      '}',
    ].join('\n'),
  );
});

test('a comment between two tokens keeps them apart', () => {
  expect(minifyWgsl('let/**/a = 1;')).toBe('let a=1;');
  expect(minifyWgsl('if (a >= b && c < d * -e) { s += a - -b; }')).toBe('if(a >=b&&c < d*-e){s+=a - -b;}');
});

test('an unclosed comment is an error', () => {
  expect(() => minifyWgsl('fn f() {} /* oops')).toThrow('Unclosed block comment');
});
