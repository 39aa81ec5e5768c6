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

interface Upload {
  readonly key: string;
  readonly sizeBytes: number;
  readonly bytes: () => ArrayBufferView;
}

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

  const slices = new Map<string, Slice>();
  await placeActivations(device, owner, program, buffers, slices);
  await uploadConstants(device, owner, program, buffers, slices, signal);
  const compiled = await pipelines;
  signal?.throwIfAborted();

  const locate = (name: string): Slice => {
    const slice = slices.get(program.aliases.get(name) ?? name);
    if (slice === undefined) throw new DeviceError(`${owner}: value "${name}" has no place on the device.`);
    return slice;
  };
  let next = 0;
  const steps = await device.guard(`${owner}: bind groups`, () =>
    program.steps.map((step) =>
      step.dispatch === undefined ? undefined : bind(device, step, compiled[next++], slices, locate),
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
  slices: Map<string, Slice>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const uploads = listUploads(program);
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
      assertBindable(device, `constant "${uploads[end].key}"`, uploads[end].sizeBytes);
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
      batch.forEach(({ key, bytes, sizeBytes: size }, index) => {
        const data = bytes();
        device.gpuDevice.queue.writeBuffer(
          buffer,
          offsets[index],
          data.buffer as ArrayBuffer,
          data.byteOffset,
          data.byteLength,
        );
        slices.set(key, { buffer, offset: offsets[index], size });
      });
    });
    signal?.throwIfAborted();
    start = end;
  }
}

function listUploads(program: Program): Upload[] {
  const { constants } = program.graph;
  const uploads = new Map<string, Upload>();
  for (const step of program.steps) {
    const { dispatch, shader, node } = step;
    if (dispatch === undefined || shader === undefined) continue;
    if (shader.params.length > 0 || dispatch.params !== undefined) {
      const packed = new Uint8Array(packParams(shader, { ...dispatch.params, ...shader.sharedConstants }));
      const key = constantKey(step, 'params');
      uploads.set(key, { key, sizeBytes: packed.byteLength, bytes: () => packed });
    }
    for (const binding of dispatch.bindings) {
      if ('constant' in binding) {
        const key = constantKey(step, binding.constant);
        const data = binding.data();
        uploads.set(key, { key, sizeBytes: data.byteLength, bytes: () => data });
      } else if ('input' in binding && Object.hasOwn(constants, node.inputs[binding.input])) {
        const key = node.inputs[binding.input];
        const { dtype, shape, data } = constants[key];
        uploads.set(key, { key, sizeBytes: deviceBytes(dtype, shape), bytes: () => toQuads(data, dtype, shape) });
      }
    }
  }
  return [...uploads.values()];
}

function constantKey(step: Step, role: string): string {
  return `${step.node.name}/${step.node.op}/${role}`;
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
  slices: ReadonlyMap<string, Slice>,
  locate: (name: string) => Slice,
): PreparedStep {
  const { node, dispatch } = step;
  const { bindings, workgroups } = dispatch!;
  const resolve = (binding: Binding): Slice => {
    if ('input' in binding) return locate(node.inputs[binding.input]);
    if ('output' in binding) return locate(node.outputs[binding.output]);
    return slices.get(constantKey(step, binding.constant))!;
  };
  const entries: GPUBindGroupEntry[] = bindings.map((binding, index) => ({
    binding: index + 1,
    resource: { ...resolve(binding) },
  }));
  const params = slices.get(constantKey(step, 'params'));
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
