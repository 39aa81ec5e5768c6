import { createHash } from 'node:crypto';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { oracleModels } from '../../test/support/oracle-models.ts';
import '../../test/support/setup-ops.ts';

interface OracleOutput {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

interface Oracle {
  readonly name: string;
  load(bytes: Uint8Array): Promise<{
    run(inputs: readonly ArrayBufferView[]): readonly OracleOutput[];
    delete(): void;
  }>;
}

/** What the oracles make of all models: `MODEL:RUN:OUTPUT`; the metadata has the SHA-256 of each model's file. */
export async function goldens(oracles: readonly Oracle[]): Promise<Uint8Array> {
  const tensors: Record<string, Tensor> = {};
  const metadata: Record<string, string> = { oracles: oracles.map(({ name }) => name).join(', ') };
  for (const make of Object.values(oracleModels)) {
    const { name, oracle, bytes, runs } = make();
    const loaded = await oracles.find((one) => one.name.startsWith(oracle))!.load(bytes);
    runs.forEach((inputs, run) => {
      loaded.run(inputs).forEach((output, index) => (tensors[`${name}:${run}:${index}`] = asTensor(output)));
    });
    loaded.delete();
    metadata[`sha256:${name}`] = createHash('sha256').update(bytes).digest('hex');
  }
  return writeSafetensors(tensors, metadata);
}

function asTensor({ dtype, shape, data }: OracleOutput): Tensor {
  if (dtype === 'float32') return { dtype, shape, data: Float32Array.from(data as ArrayLike<number>) };
  const numbers = Array.from(data, Number);
  if (dtype === 'int8') return { dtype, shape, data: Int8Array.from(numbers) };
  return { dtype: 'int32', shape, data: Int32Array.from(numbers) };
}
