import { DeviceError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';
import type { Pipeline } from '../gpu/pipelines.ts';
import { packParams } from '../gpu/shader.ts';
import type { Binding } from '../ops/define-op.ts';
import { deviceBytes, toQuads } from '../tensor/quads.ts';
import type { TensorType } from '../tensor/tensor.ts';
import type { Program, Step } from './compile.ts';
import { planMemory } from './memory-plan.ts';

/** A range of a buffer. */
export interface Slice {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** A step that is ready to be encoded. */
export interface PreparedStep {
  readonly step: Step;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/** Records a step's dispatch. */
export function encodeStep(pass: GPUComputePassEncoder, { pipeline, bindGroup, workgroups }: PreparedStep): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
}

/** Everything a program holds on the device. */
export interface Resources {
  /** One entry per step of the program; undefined for aliases. */
  readonly steps: readonly (PreparedStep | undefined)[];
  /** Where a value lies, under its own name or the one it is an alias of. */
  locate(name: string): Slice;
  readonly buffers: readonly GPUBuffer[];
}

/** Told after each pipeline and upload. */
export type LoadProgress = (done: number, total: number) => void;

/** Where values lie by name, and what kernels made of constants, by step and role: two namespaces, since a file chooses its names. */
interface Places {
  readonly values: Map<string, Slice>;
  readonly roles: Map<Step, Map<string, Slice>>;
}

interface Upload {
  /** For messages. */
  readonly label: string;
  readonly sizeBytes: number;
  readonly bytes: () => ArrayBufferView;
  readonly place: (slice: Slice) => void;
}

/** The role of a step's runtime parameters among its constants. */
const paramsRole = 'params';

/**
 * Compiles, plans memory, uploads and binds a program.
 * On failure everything already allocated is released.
 */
export async function createResources(
  device: Device,
  owner: string,
  program: Program,
  onProgress?: LoadProgress,
  signal?: AbortSignal,
): Promise<Resources> {
  const buffers: GPUBuffer[] = [];
  try {
    return await allocate(device, owner, program, buffers, onProgress, signal);
  } catch (error) {
    for (const buffer of buffers) device.destroyBuffer(buffer);
    throw error;
  }
}

async function allocate(
  device: Device,
  owner: string,
  program: Program,
  buffers: GPUBuffer[],
  onProgress: LoadProgress | undefined,
  signal: AbortSignal | undefined,
): Promise<Resources> {
  const shaders = program.steps.flatMap(({ shader }) => (shader === undefined ? [] : [shader]));
  let done = 0;
  const pipelines = Promise.all(
    shaders.map(async (shader) => {
      const pipeline = await device.pipelines.get(shader);
      onProgress?.(++done, shaders.length);
      return pipeline;
    }),
  );
  // The uploads below may fail first; the pipelines' own failure is then of no interest.
  pipelines.catch(() => undefined);

  const places: Places = { values: new Map(), roles: new Map() };
  await placeActivations(device, owner, program, buffers, places.values);
  await uploadConstants(device, owner, program, buffers, places, signal);
  const compiled = await untilAborted(pipelines, signal);

  const locate = (name: string): Slice => {
    const slice = places.values.get(program.aliases.get(name) ?? name);
    if (slice === undefined) throw new DeviceError(`${owner}: value "${name}" has no place on the device.`);
    return slice;
  };
  let next = 0;
  const steps = await device.guard(`${owner}: bind groups`, () =>
    program.steps.map((step) =>
      step.dispatch === undefined ? undefined : bind(device, step, compiled[next++], places.roles.get(step), locate),
    ),
  );
  return { steps, locate, buffers };
}

async function placeActivations(
  device: Device,
  owner: string,
  program: Program,
  buffers: GPUBuffer[],
  slices: Map<string, Slice>,
): Promise<void> {
  const { graph, aliases } = program;
  const root = (name: string): string => aliases.get(name) ?? name;
  const { limits } = device.capabilities;
  const planned = program.steps.map(({ node, dispatch }) => ({
    reads: node.inputs.filter((name) => name !== '').map(root),
    // An alias writes nothing: its bytes are its root's.
    writes: dispatch === undefined ? [] : node.outputs,
  }));
  const types = new Map<string, TensorType>(Object.entries(graph.values));
  for (const name of Object.keys(graph.constants)) types.delete(name);
  const plan = planMemory(planned, types, graph.inputs, graph.outputs.map(root), {
    alignment: limits.minStorageBufferOffsetAlignment,
    maxArenaBytes: limits.maxBufferSize,
  });
  const arenas: GPUBuffer[] = [];
  for (const [index, sizeBytes] of plan.arenaBytes.entries()) {
    const label = `${owner}/arena${index}`;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = await device.createBuffer({ label, owner, purpose: 'activations', sizeBytes, usage });
    arenas.push(buffer);
    buffers.push(buffer);
  }
  for (const [name, { arena, offset, sizeBytes }] of plan.placements) {
    assertBindable(device, `value "${name}"`, sizeBytes);
    slices.set(name, { buffer: arenas[arena], offset, size: sizeBytes });
  }
}

/** Constants of all steps, in as few buffers as the limits allow. */
async function uploadConstants(
  device: Device,
  owner: string,
  program: Program,
  buffers: GPUBuffer[],
  places: Places,
  signal: AbortSignal | undefined,
): Promise<void> {
  const uploads = listUploads(program, places);
  const { minStorageBufferOffsetAlignment, minUniformBufferOffsetAlignment, maxBufferSize } =
    device.capabilities.limits;
  const alignment = Math.max(minStorageBufferOffsetAlignment, minUniformBufferOffsetAlignment);
  const align = (offset: number): number => Math.ceil(offset / alignment) * alignment;
  let start = 0;
  while (start < uploads.length) {
    let end = start;
    let sizeBytes = 0;
    const offsets: number[] = [];
    while (end < uploads.length && (end === start || align(sizeBytes) + uploads[end].sizeBytes <= maxBufferSize)) {
      assertBindable(device, `constant "${uploads[end].label}"`, uploads[end].sizeBytes);
      offsets.push(align(sizeBytes));
      sizeBytes = align(sizeBytes) + uploads[end++].sizeBytes;
    }
    const buffer = await device.createBuffer({
      label: `${owner}/weights${buffers.length}`,
      owner,
      purpose: 'weights',
      sizeBytes,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
    buffers.push(buffer);
    const batch = uploads.slice(start, end);
    await device.guard(`${owner}: uploading constants`, () => {
      batch.forEach(({ bytes, sizeBytes: size, place }, index) => {
        const { buffer: data, byteOffset, byteLength } = bytes();
        device.gpuDevice.queue.writeBuffer(buffer, offsets[index], data as ArrayBuffer, byteOffset, byteLength);
        place({ buffer, offset: offsets[index], size });
      });
    });
    signal?.throwIfAborted();
    start = end;
  }
}

function listUploads(program: Program, places: Places): Upload[] {
  const { constants, outputs } = program.graph;
  const uploads: Upload[] = [];
  const placed = new Set<string>();
  const addValue = (name: string): void => {
    if (placed.has(name) || !Object.hasOwn(constants, name)) return;
    placed.add(name);
    const { dtype, shape, data } = constants[name];
    uploads.push({
      label: name,
      sizeBytes: deviceBytes(dtype, shape),
      bytes: () => toQuads(data, dtype, shape),
      place: (slice) => places.values.set(name, slice),
    });
  };
  for (const step of program.steps) {
    const { dispatch, shader, node } = step;
    if (dispatch === undefined || shader === undefined) continue;
    const roles = new Map<string, Slice>();
    places.roles.set(step, roles);
    const addRole = (role: string, data: ArrayBufferView): void => {
      const label = `${node.name}/${node.op}/${role}`;
      uploads.push({ label, sizeBytes: data.byteLength, bytes: () => data, place: (slice) => roles.set(role, slice) });
    };
    if (shader.params.length > 0 || dispatch.params !== undefined) {
      addRole(paramsRole, new Uint8Array(packParams(shader, { ...dispatch.params, ...shader.sharedConstants })));
    }
    for (const binding of dispatch.bindings) {
      if ('constant' in binding) addRole(binding.constant, binding.data());
      else if ('input' in binding) addValue(node.inputs[binding.input]);
    }
  }
  // An output that is a constant is read back like any other.
  outputs.forEach(addValue);
  return uploads;
}

/** The promise, or the signal's reason as soon as it aborts. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function assertBindable(device: Device, what: string, sizeBytes: number): void {
  const limit = device.capabilities.limits.maxStorageBufferBindingSize;
  if (sizeBytes > limit) {
    throw new DeviceError(
      `${what}: ${sizeBytes} bytes exceed this device's maxStorageBufferBindingSize of ${limit} by ${sizeBytes - limit}. Use a smaller batch or model.`,
    );
  }
}

function bind(
  device: Device,
  step: Step,
  pipeline: Pipeline,
  roles: ReadonlyMap<string, Slice> | undefined,
  locate: (name: string) => Slice,
): PreparedStep {
  const { node, dispatch } = step;
  const { bindings, workgroups } = dispatch!;
  const resolve = (binding: Binding): Slice => {
    if ('input' in binding) return locate(node.inputs[binding.input]);
    if ('output' in binding) return locate(node.outputs[binding.output]);
    return roles!.get(binding.constant)!;
  };
  const entries: GPUBindGroupEntry[] = bindings.map((binding, index) => ({
    binding: index + 1,
    resource: { ...resolve(binding) },
  }));
  const params = roles?.get(paramsRole);
  if (params !== undefined) entries.unshift({ binding: 0, resource: { ...params } });
  const limit = device.capabilities.limits.maxComputeWorkgroupsPerDimension;
  if (workgroups.some((count) => count > limit || count < 1)) {
    throw new DeviceError(
      `${node.op} "${node.name}": ${workgroups.join(' x ')} workgroups are outside 1 to ${limit} a dimension. Use a smaller batch or model.`,
    );
  }
  const bindGroup = device.gpuDevice.createBindGroup({
    label: `${node.name}/${node.op}`,
    layout: pipeline.layout,
    entries,
  });
  return { step, pipeline: pipeline.pipeline, bindGroup, workgroups };
}
