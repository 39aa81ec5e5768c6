import { DeviceError } from '../errors.ts';
import type { Device } from '../gpu/device.ts';
import { untilAborted } from '../gpu/until-aborted.ts';
import type { Pipeline } from '../gpu/pipelines.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { Binding } from '../ops/define-op.ts';
import { deviceBytes } from '../tensor/quads.ts';
import type { Program, Step } from './compile.ts';
import {
  groupUploads,
  listConstants,
  paramsRole,
  smallestSharedBytes,
  type ConstantUpload,
} from './constant-uploads.ts';
import { planProgramMemory } from './memory-plan.ts';

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
  /** One entry per step of the program; undefined for those without a dispatch. */
  readonly steps: readonly (PreparedStep | undefined)[];
  /** Where a value lies, by itself or in another: in one range, or in consecutive pieces. */
  locate(name: string): readonly Slice[];
  /** Gives back the memory. Safe to call twice. */
  free(): void;
}

/** Told after each pipeline: compiling is what takes the time. */
export type LoadProgress = (done: number, total: number) => void;

/** Where values lie by name, and what kernels made of constants, by step and role: two namespaces, since a file chooses its names. */
interface Places {
  readonly values: Map<string, Slice>;
  readonly roles: Map<Step, Map<string, Slice>>;
}

/**
 * Compiles, plans memory, uploads and binds a program.
 * On failure everything already allocated is released.
 * @param on the GPUDevice that all of it is on
 */
export async function createResources(
  device: Device,
  owner: string,
  program: Program,
  on: GPUDevice,
  onProgress?: LoadProgress,
  signal?: AbortSignal,
): Promise<Resources> {
  const frees: (() => void)[] = [];
  const free = (): void => frees.splice(0).forEach((each) => each());
  try {
    return { ...(await allocate(device, owner, program, on, frees, onProgress, signal)), free };
  } catch (error) {
    free();
    throw error;
  }
}

async function allocate(
  device: Device,
  owner: string,
  program: Program,
  on: GPUDevice,
  frees: (() => void)[],
  onProgress: LoadProgress | undefined,
  signal: AbortSignal | undefined,
): Promise<Omit<Resources, 'free'>> {
  const prepared = program.steps.flatMap((step) => (step.shader === undefined ? [] : [{ step, shader: step.shader }]));
  let done = 0;
  let isGivenUp = false;
  const pipelines = Promise.all(
    prepared.map(async ({ step: { node }, shader }) => {
      const pipeline = await device.compile(shader, on).catch((cause: unknown) => {
        throw nameNode(node, cause);
      });
      if (!isGivenUp && signal?.aborted !== true) onProgress?.(++done, prepared.length);
      return pipeline;
    }),
  );
  // The uploads below may fail first; the pipelines' own failure is then of no interest.
  pipelines.catch(() => (isGivenUp = true));

  const places: Places = { values: new Map(), roles: new Map() };
  await placeActivations(device, owner, program, on, frees, places.values);
  signal?.throwIfAborted();
  await uploadConstants(device, owner, program, on, frees, places, signal);
  const compiled = await untilAborted(pipelines, signal);

  const locateWhole = (name: string): Slice => {
    const view = program.views.get(name);
    const slice = places.values.get(view?.root ?? name);
    if (slice === undefined) throw new DeviceError(`${owner}: value "${name}" has no place on the device.`);
    if (view === undefined) return slice;
    const { dtype, shape } = program.graph.values[name];
    return { buffer: slice.buffer, offset: slice.offset + view.offset, size: deviceBytes(dtype, shape) };
  };
  const locate = (name: string): readonly Slice[] => (program.pieces.get(name) ?? [name]).map(locateWhole);
  let next = 0;
  const steps = await Promise.all(
    program.steps.map(async (step) => {
      if (step.dispatch === undefined) return undefined;
      const pipeline = compiled[next++];
      return device.guard(
        `${step.node.op} "${step.node.name}"`,
        () => bind(device, step, pipeline, places.roles.get(step), locateWhole),
        on,
      );
    }),
  );
  return { steps, locate };
}

/** The error with the node in front of its message, where the device itself is still there. */
function nameNode({ op, name }: GraphNode, cause: unknown): unknown {
  if (!(cause instanceof DeviceError) || cause.reason === 'lost' || cause.reason === 'destroyed') return cause;
  return new DeviceError(`${op} "${name}": ${cause.message}`, { cause, reason: cause.reason });
}

async function placeActivations(
  device: Device,
  owner: string,
  program: Program,
  on: GPUDevice,
  frees: (() => void)[],
  slices: Map<string, Slice>,
): Promise<void> {
  const { limits } = device.capabilities;
  const plan = planProgramMemory(program, {
    alignment: limits.minStorageBufferOffsetAlignment,
    maxArenaBytes: limits.maxBufferSize,
  });
  const arenas: GPUBuffer[] = [];
  for (const [index, sizeBytes] of plan.arenaBytes.entries()) {
    const label = `${owner}/arena${index}`;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = await device.createBuffer({ label, owner, purpose: 'activations', sizeBytes, usage, on });
    arenas.push(buffer);
    frees.push(() => device.release(buffer));
  }
  for (const [name, { arena, offset, sizeBytes }] of plan.placements) {
    assertBindable(device, `value "${name}"`, sizeBytes);
    slices.set(name, { buffer: arenas[arena], offset, size: sizeBytes });
  }
}

/** Constants of all steps: large ones shared with other sessions, the small ones together in buffers of this one. */
async function uploadConstants(
  device: Device,
  owner: string,
  program: Program,
  on: GPUDevice,
  frees: (() => void)[],
  places: Places,
  signal: AbortSignal | undefined,
): Promise<void> {
  const uploads = listConstants(program).map((constant) => ({
    ...constant,
    place: (slice: Slice): void => placeConstant(places, constant, slice),
  }));
  for (const { label, sizeBytes } of uploads) assertBindable(device, `constant "${label}"`, sizeBytes);
  const isShared = ({ isUniform, sizeBytes }: ConstantUpload): boolean =>
    !isUniform && sizeBytes >= smallestSharedBytes;
  const shared = await Promise.allSettled(
    uploads.filter(isShared).map(async ({ label, bytes, sizeBytes, place }) => {
      const { buffer, free } = await device.constants.acquire(owner, label, bytes(), on);
      frees.push(free);
      place({ buffer, offset: 0, size: sizeBytes });
    }),
  );
  const failed = shared.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  signal?.throwIfAborted();
  const { minStorageBufferOffsetAlignment, minUniformBufferOffsetAlignment, maxBufferSize } =
    device.capabilities.limits;
  const alignment = Math.max(minStorageBufferOffsetAlignment, minUniformBufferOffsetAlignment);
  const small = uploads.filter((upload) => !isShared(upload));
  for (const group of groupUploads(small, alignment, maxBufferSize)) {
    const buffer = await device.createBuffer({
      label: `${owner}/parameters`,
      owner,
      purpose: 'weights',
      sizeBytes: group.sizeBytes,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
      on,
    });
    frees.push(() => device.release(buffer));
    await device.guard(
      `${owner}: uploading constants`,
      ({ queue }) => {
        for (const [{ bytes, sizeBytes, place }, offset] of group.members) {
          const { buffer: data, byteOffset, byteLength } = bytes();
          queue.writeBuffer(buffer, offset, data as ArrayBuffer, byteOffset, byteLength);
          place({ buffer, offset, size: sizeBytes });
        }
      },
      on,
    );
  }
}

function placeConstant({ values, roles }: Places, { step, name }: ConstantUpload, slice: Slice): void {
  if (step === undefined) {
    values.set(name, slice);
    return;
  }
  const own = roles.get(step) ?? new Map<string, Slice>();
  roles.set(step, own.set(name, slice));
}

function assertBindable(device: Device, what: string, sizeBytes: number): void {
  const limit = device.capabilities.limits.maxStorageBufferBindingSize;
  if (sizeBytes > limit) {
    throw new DeviceError(
      `${what}: ${sizeBytes} bytes exceed this device's maxStorageBufferBindingSize of ${limit} by ${sizeBytes - limit}. Use a smaller batch or model.`,
      { reason: 'limit' },
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
      { reason: 'limit' },
    );
  }
  const bindGroup = device.gpuDevice.createBindGroup({
    label: `${node.name}/${node.op}`,
    layout: pipeline.layout,
    entries,
  });
  return { step, pipeline: pipeline.pipeline, bindGroup, workgroups };
}
