import { resolveImports } from '../gpu/shader.ts';
import type { Dispatch } from '../ops/define-op.ts';

/** What packs and unpacks, in `shaders/lib`. */
const library = 'halves';

/** A storage buffer of quads of 32-bit numbers, as a shader declares it. */
interface QuadBuffer {
  readonly name: string;
  /** Type of a quad: `vec4` of something, or an alias of that. */
  readonly element: string;
  /** All before the element's type. */
  readonly declaration: string;
}

/**
 * The shader of a launch with some buffers holding float16 where it declares float32, or its bits: every read unpacks a
 * quad, every assignment packs one (`shaders/lib/halves.wgsl`), and all between computes in float32 as before.
 * @param name the shader's file name, for messages
 * @returns text without imports; undefined when one of the buffers is no array of quads of 32-bit numbers
 */
export function halvedShader(
  name: string,
  { shader, imports = {} }: Pick<Dispatch, 'shader' | 'imports'>,
  bindings: readonly number[],
): string | undefined {
  const whole = resolveImports(name, `${shader}\n//#import ${library}\n`, imports);
  // A formula in a comment is no access.
  let text = whole.replace(/\/\/.*$/gm, '');
  for (const binding of bindings) {
    const buffer = quadBuffer(text, binding);
    if (buffer === undefined) return undefined;
    const { declaration, element } = buffer;
    text = throughHalves(text, buffer).replace(declaration + element, () => `${declaration}vec2<u32>`);
  }
  return text;
}

/** In the form of the files and in the published one, which lacks spaces. */
function quadBuffer(text: string, binding: number): QuadBuffer | undefined {
  const pattern = new RegExp(
    `(@binding\\(${binding}\\)\\s*var<storage[^>]*>\\s*(\\w+)\\s*:\\s*array<)(\\w+(?:<\\w+>)?)\\s*,`,
  );
  const [, declaration, name, element] = pattern.exec(text) ?? [];
  return element !== undefined && isQuad(text, element) ? { declaration, name, element } : undefined;
}

function isQuad(text: string, element: string): boolean {
  if (element.startsWith('vec4<')) return true;
  const alias = new RegExp(`^alias ${element}\\s*=\\s*([^;]+);`, 'm').exec(text)?.[1];
  return alias !== undefined && isQuad(text, alias);
}

/** The text with each access of the buffer going through the functions of `halves`. */
function throughHalves(text: string, buffer: QuadBuffer): string {
  const access = new RegExp(`(?<![.\\w])${buffer.name}\\[`, 'g');
  let result = '';
  let at = 0;
  for (let match = access.exec(text); match !== null; match = access.exec(text)) {
    const close = closingBracket(text, access.lastIndex);
    const place = `${buffer.name}[${throughHalves(text.slice(access.lastIndex, close), buffer)}]`;
    result += text.slice(at, match.index);
    const assignment = /^\s*=(?!=)/.exec(text.slice(close + 1));
    if (assignment === null) {
      result += `bitcast<${buffer.element}>(unpackHalves(${place}))`;
      at = close + 1;
    } else {
      at = text.indexOf(';', close);
      const value = throughHalves(text.slice(close + 1 + assignment[0].length, at), buffer);
      result += `${place} = packHalves(bitcast<vec4<f32>>(${value}))`;
    }
    access.lastIndex = at;
  }
  return result + text.slice(at);
}

/** Where the bracket ends that was opened just before. */
function closingBracket(text: string, from: number): number {
  let depth = 1;
  let at = from;
  for (; depth > 0 && at < text.length; at++) {
    if (text[at] === '[') depth++;
    else if (text[at] === ']') depth--;
  }
  return at - 1;
}
