import { DeviceError } from '../errors.ts';
import type { ShaderBinding, SpecializedShader } from './shader.ts';

/** A compiled shader and the layout of its bind group. */
export interface Pipeline {
  readonly shader: SpecializedShader;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/**
 * Compiled pipelines by their final text: two nodes that specialize a shader alike share one, and no key is written by
 * hand. Compilation is asynchronous, so many run in parallel.
 */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, Promise<Pipeline>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Number of distinct pipelines. */
  get size(): number {
    return this.#pipelines.size;
  }

  /** @throws DeviceError with the compiler's messages and the offending lines when the shader does not compile */
  get(shader: SpecializedShader): Promise<Pipeline> {
    let pending = this.#pipelines.get(shader.text);
    if (pending === undefined) {
      pending = this.#compile(shader);
      this.#pipelines.set(shader.text, pending);
      // A failure is not remembered: the next caller gets a fresh attempt and the same message.
      pending.catch(() => this.#pipelines.delete(shader.text));
    }
    return pending;
  }

  async #compile(shader: SpecializedShader): Promise<Pipeline> {
    const layout = this.#layout(shader.bindings);
    // The module's own error would reach the device as uncaptured; the messages below say more.
    this.#device.pushErrorScope('validation');
    const module = this.#device.createShaderModule({ label: shader.name, code: shader.text });
    const moduleError = this.#device.popErrorScope();
    try {
      const pipeline = await this.#device.createComputePipelineAsync({
        label: shader.name,
        layout: this.#device.createPipelineLayout({ label: shader.name, bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'main' },
      });
      await moduleError;
      return { shader, pipeline, layout };
    } catch (cause) {
      await moduleError.catch(() => null);
      // A pipeline's error says whose fault it is; a lost device comes as an internal one.
      const isRefused = (cause as Partial<GPUPipelineError>).reason === 'validation';
      throw new DeviceError(await describeFailure(shader, module, cause), {
        cause,
        reason: isRefused ? 'validation' : 'internal',
      });
    }
  }

  #layout(bindings: readonly ShaderBinding[]): GPUBindGroupLayout {
    const key = bindings.map(({ binding, type }) => `${binding}:${type}`).join(' ');
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      layout = this.#device.createBindGroupLayout({
        label: key,
        entries: bindings.map(({ binding, type }) => ({
          binding,
          visibility: 4 /* GPUShaderStage.COMPUTE */,
          buffer: { type },
        })),
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}

async function describeFailure(shader: SpecializedShader, module: GPUShaderModule, cause: unknown): Promise<string> {
  const lines = shader.text.split('\n');
  const info = await module.getCompilationInfo().catch(() => ({ messages: [] }));
  const messages = info.messages
    .filter((message) => message.type === 'error')
    .map(({ lineNum, message }) => `  line ${lineNum}: ${message}\n    ${lines[lineNum - 1] ?? ''}`);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return `shader "${shader.name}" does not compile on this device: ${reason}\n${messages.join('\n')}`;
}
