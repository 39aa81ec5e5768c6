import { DeviceError } from '../errors.ts';
import { shaderLibrary } from './shader-library.ts';

/** How a WGSL file becomes the text that is compiled. */
export interface Specialization {
  /** New values of top-level `const`s (numbers) and `alias`es (type names). */
  readonly constants?: Readonly<Record<string, number | string>>;
  /** Which library file satisfies an import, by the name the shader imports. */
  readonly imports?: Readonly<Record<string, string>>;
  /**
   * Turns the constants into fields of `Params` where WGSL allows it, so that shaders that differ only in them share a
   * pipeline. Compilers lose what they know of sizes and loop bounds.
   */
  readonly shared?: boolean;
}

/** A storage or uniform buffer that a shader declares at `@group(0)`. */
export interface ShaderBinding {
  readonly binding: number;
  readonly name: string;
  readonly type: GPUBufferBindingType;
}

/** A field of `struct Params`; every field is one 32-bit scalar. */
export interface ParamsField {
  readonly name: string;
  readonly type: 'u32' | 'i32' | 'f32';
}

/** Final WGSL text and what it declares. */
export interface SpecializedShader {
  readonly name: string;
  readonly text: string;
  readonly bindings: readonly ShaderBinding[];
  readonly params: readonly ParamsField[];
  /** Values of the fields of `Params` that were constants. */
  readonly sharedConstants: Readonly<Record<string, number>>;
}

const importLine = /^[ \t]*\/\/#import[ \t]+([\w-]+)[ \t]*$/gm;

/**
 * Resolves `//#import name` lines and sets top-level constants and aliases. There is no other way to vary a shader.
 * @param name the shader's file name, for messages
 * @throws DeviceError when an import, a constant or an alias does not exist, or a declaration cannot be understood
 */
export function specializeShader(name: string, source: string, specialization: Specialization = {}): SpecializedShader {
  const { constants = {}, imports = {}, shared = false } = specialization;
  const numbers = Object.keys(constants).filter((key) => typeof constants[key] === 'number');
  const template = templateOf(name, source, imports, shared ? numbers : []);
  let { text } = template;
  const sharedConstants: Record<string, number> = {};
  for (const [key, value] of Object.entries(constants)) {
    const field = template.shared.find((candidate) => candidate.name === key);
    if (field === undefined) text = setConstant(name, text, key, value);
    else {
      formatLiteral(name, key, value as number, field.type);
      sharedConstants[key] = value as number;
    }
  }
  return { name, text, bindings: template.bindings, params: template.params, sharedConstants };
}

/** What of a shader does not depend on the values of its constants. */
interface Template extends Pick<SpecializedShader, 'text' | 'bindings' | 'params'> {
  /** The constants that became fields of `Params`. */
  readonly shared: readonly ParamsField[];
}

/** As many as the library has kernels and ways to combine their imports, whatever graphs are compiled. */
const templates = new Map<string, Template>();

function templateOf(
  name: string,
  source: string,
  imports: Readonly<Record<string, string>>,
  shareable: readonly string[],
): Template {
  const key = JSON.stringify([name, source, imports, shareable]);
  const known = templates.get(key);
  if (known !== undefined) return known;
  const { text, shared } = shareConstants(resolveImports(name, source, imports), shareable);
  const template = { text, shared, bindings: parseBindings(name, text), params: parseParams(name, text) };
  templates.set(key, template);
  return template;
}

/**
 * The text with what it imports in place of the `//#import` lines.
 * @param choices which library file satisfies an import, by the name the shader imports
 * @throws DeviceError when there is no such file, or no such import
 */
export function resolveImports(name: string, source: string, choices: Readonly<Record<string, string>>): string {
  const included = new Set<string>();
  const used = new Set<string>();
  const expand = (text: string): string =>
    text.replace(importLine, (_line, imported: string) => {
      const file = Object.hasOwn(choices, imported) ? choices[imported] : imported;
      used.add(imported);
      if (included.has(file)) return '';
      included.add(file);
      if (!Object.hasOwn(shaderLibrary, file)) {
        throw new DeviceError(
          `shader "${name}": import "${imported}" asks for shaders/lib/${file}.wgsl, which does not exist. Known: ${Object.keys(shaderLibrary).join(', ')}.`,
        );
      }
      return expand(shaderLibrary[file]);
    });
  const text = expand(source);
  const unused = Object.keys(choices).filter((choice) => !used.has(choice));
  if (unused.length > 0) {
    throw new DeviceError(`shader "${name}": chosen import "${unused.join('", "')}" is not imported by the shader.`);
  }
  return text;
}

function setConstant(name: string, text: string, key: string, value: number | string): string {
  const isAlias = typeof value === 'string';
  const declaration = isAlias
    ? new RegExp(`^(alias ${key}\\s*=)[^;]*;`, 'm')
    : new RegExp(`^(const ${key}\\s*(?::\\s*(\\w+)\\s*)?=)[^;]*;`, 'm');
  const match = declaration.exec(text);
  if (match === null) {
    throw new DeviceError(`shader "${name}": there is no top-level ${isAlias ? 'alias' : 'const'} "${key}" to set.`);
  }
  const literal = isAlias ? value : formatLiteral(name, key, value, match[2]);
  return text.slice(0, match.index) + `${match[1]} ${literal};` + text.slice(match.index + match[0].length);
}

function formatLiteral(name: string, key: string, value: number, type: string | undefined): string {
  if (type === 'f32') {
    if (!Number.isFinite(value)) throw new DeviceError(`shader "${name}": const "${key}" is ${value}, not finite.`);
    return `f32(${Math.fround(value)})`;
  }
  const low = type === 'u32' ? 0 : -(2 ** 31);
  const high = type === 'u32' ? 2 ** 32 : 2 ** 31;
  if (!Number.isInteger(value) || value < low || value >= high) {
    throw new DeviceError(`shader "${name}": const "${key}" of type ${type ?? 'integer'} cannot be ${value}.`);
  }
  // WGSL has no literal for the smallest i32: −2147483648 is the negation of an out-of-range number there.
  return type === 'i32' && value === low ? '(-2147483647 - 1)' : String(value);
}

/** The text with as many of the constants as possible read from a `Params` of their own. */
function shareConstants(source: string, keys: readonly string[]): { text: string; shared: ParamsField[] } {
  const shared: ParamsField[] = [];
  // A shader with runtime parameters of its own keeps its constants.
  if (/struct Params\b/.test(source)) return { text: source, shared };
  let text = source;
  for (const key of keys) {
    const declaration = new RegExp(`^const ${key}\\s*:\\s*(u32|i32|f32)\\s*=[^;]*;`, 'm').exec(text);
    if (declaration === null) continue;
    const rest = text
      .replace(declaration[0], '')
      // A storage buffer may leave its length to the binding.
      .replace(new RegExp(`(var<storage[^>]*>\\s*\\w+\\s*:\\s*array<[^;]*),\\s*${key}>;`, 'g'), '$1>;');
    if (needsConstant(rest, key)) continue;
    text = rest.replace(new RegExp(`\\b${key}\\b`, 'g'), `params.${key}`);
    shared.push({ name: key, type: declaration[1] as ParamsField['type'] });
  }
  if (shared.length > 0) {
    const fields = shared.map((field) => `  ${field.name}: ${field.type},`).join('\n');
    text += `\nstruct Params {\n${fields}\n}\n@group(0) @binding(0) var<uniform> params: Params;\n`;
  }
  return { text, shared };
}

/** Whether the name stands where WGSL wants a constant: in another constant, a workgroup size or an array's length. */
function needsConstant(text: string, key: string): boolean {
  return [
    `^\\s*(const|alias)\\b[^;]*\\b${key}\\b`,
    `@workgroup_size\\([^)]*\\b${key}\\b`,
    `array<[^;\\n]*,[^;\\n>]*\\b${key}\\b`,
  ].some((pattern) => new RegExp(pattern, 'm').test(text));
}

function parseBindings(name: string, text: string): readonly ShaderBinding[] {
  const pattern =
    /@group\(0\)\s*@binding\((\d+)\)\s*var<\s*(uniform|storage)\s*(?:,\s*(read_write|read)\s*)?>\s*(\w+)/g;
  const bindings: ShaderBinding[] = [];
  for (const [, binding, space, access, variable] of text.matchAll(pattern)) {
    const type = space === 'uniform' ? 'uniform' : access === 'read_write' ? 'storage' : 'read-only-storage';
    bindings.push({ binding: Number(binding), name: variable, type });
  }
  const declared = text.match(/@binding\(/g)?.length ?? 0;
  if (declared !== bindings.length) {
    throw new DeviceError(
      `shader "${name}": ${declared - bindings.length} of its bindings are not plain buffers of @group(0) and cannot be understood.`,
    );
  }
  return bindings.sort((a, b) => a.binding - b.binding);
}

function parseParams(name: string, text: string): readonly ParamsField[] {
  const body = /struct Params\s*\{([^}]*)\}/.exec(text)?.[1];
  if (body === undefined) return [];
  return body
    .replace(/\/\/.*$/gm, '')
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '')
    .map((field) => {
      const match = /^(\w+)\s*:\s*(u32|i32|f32)$/.exec(field);
      if (match === null) {
        throw new DeviceError(`shader "${name}": Params field "${field}" is not a u32, i32 or f32.`);
      }
      return { name: match[1], type: match[2] as ParamsField['type'] };
    });
}

/**
 * The bytes of a Params struct, padded to 16.
 * @throws DeviceError when the keys are not exactly the struct's fields
 */
export function packParams(shader: SpecializedShader, values: Readonly<Record<string, number>>): ArrayBuffer {
  const missing = shader.params.filter((field) => !Object.hasOwn(values, field.name)).map((field) => field.name);
  const extra = Object.keys(values).filter((key) => !shader.params.some((field) => field.name === key));
  if (missing.length > 0 || extra.length > 0) {
    throw new DeviceError(
      `shader "${shader.name}": Params lacks [${missing.join(', ')}] and does not know [${extra.join(', ')}]. Give exactly its fields.`,
    );
  }
  const bytes = new DataView(new ArrayBuffer(Math.ceil((shader.params.length * 4) / 16) * 16));
  shader.params.forEach((field, index) => {
    const value = values[field.name];
    if (field.type === 'f32') bytes.setFloat32(index * 4, value, true);
    else if (field.type === 'i32') bytes.setInt32(index * 4, value, true);
    else bytes.setUint32(index * 4, value, true);
  });
  return bytes.buffer;
}
