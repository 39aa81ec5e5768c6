import { packParams } from '../gpu/shader.ts';
import { deviceBytes, toQuads } from '../tensor/quads.ts';
import type { Program, Step } from './compile.ts';

/** Constant data that a program reads on the device. */
export interface ConstantUpload {
  /** For messages. */
  readonly label: string;
  /** Whose it is, and in what role; without a step, a value of the graph by name. */
  readonly step: Step | undefined;
  readonly name: string;
  readonly sizeBytes: number;
  /** Runtime parameters are read through a uniform binding. */
  readonly isUniform: boolean;
  readonly bytes: () => ArrayBufferView;
}

/** The role of a step's runtime parameters among its constants. */
export const paramsRole = 'params';

/** Below this, finding out whether another session holds the same bytes costs more than it saves. */
export const smallestSharedBytes = 4096;

/** Everything constant that the steps read, and outputs that are constants: they are read back like any other. */
export function listConstants(program: Program): readonly ConstantUpload[] {
  const { constants, outputs } = program.graph;
  const uploads: ConstantUpload[] = [];
  const listed = new Set<string>();
  const addValue = (name: string): void => {
    if (listed.has(name) || !Object.hasOwn(constants, name)) return;
    listed.add(name);
    const { dtype, shape, data } = constants[name];
    const sizeBytes = deviceBytes(dtype, shape);
    const bytes = (): ArrayBufferView => toQuads(data, dtype, shape);
    uploads.push({ label: name, step: undefined, name, sizeBytes, isUniform: false, bytes });
  };
  for (const step of program.steps) {
    const { dispatch, shader, node } = step;
    if (dispatch === undefined || shader === undefined) continue;
    const addRole = (name: string, data: ArrayBufferView): void => {
      const label = `${node.name}/${node.op}/${name}`;
      const isUniform = name === paramsRole;
      uploads.push({ label, step, name, sizeBytes: data.byteLength, isUniform, bytes: () => data });
    };
    if (shader.params.length > 0 || dispatch.params !== undefined) {
      addRole(paramsRole, new Uint8Array(packParams(shader, { ...dispatch.params, ...shader.sharedConstants })));
    }
    for (const binding of dispatch.bindings) {
      if ('constant' in binding) addRole(binding.constant, binding.data());
      else if ('input' in binding) addValue(node.inputs[binding.input]);
    }
  }
  for (const output of outputs) for (const piece of program.pieces.get(output) ?? [output]) addValue(piece);
  return uploads;
}

/** Uploads that share a buffer, each with its offset. */
export interface UploadGroup<T> {
  readonly members: readonly (readonly [T, number])[];
  readonly sizeBytes: number;
}

/** As few buffers as the largest size of one allows. */
export function groupUploads<T extends { readonly sizeBytes: number }>(
  uploads: readonly T[],
  alignment: number,
  maxBytes: number,
): readonly UploadGroup<T>[] {
  const groups: { members: (readonly [T, number])[]; sizeBytes: number }[] = [];
  for (const upload of uploads) {
    let group = groups.at(-1);
    let offset = Math.ceil((group?.sizeBytes ?? 0) / alignment) * alignment;
    if (group === undefined || offset + upload.sizeBytes > maxBytes) {
      group = { members: [], sizeBytes: 0 };
      groups.push(group);
      offset = 0;
    }
    group.members.push([upload, offset]);
    group.sizeBytes = offset + upload.sizeBytes;
  }
  return groups;
}
