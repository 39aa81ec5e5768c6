// Writes the three files of a new op and lists it: npm run new-op NAME
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const name = process.argv[2] ?? '';
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  console.error(`new-op: "${name}" is not a name in kebab-case. Usage: npm run new-op hard-swish`);
  process.exit(2);
}
const camelCase = name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());

const files = {
  [`src/ops/${name}.ts`]: `import ${camelCase}Float from '../../shaders/${name}-float.wgsl';
import { elementCount } from '../tensor/shape.ts';
import { emptyTensor } from '../tensor/tensor.ts';
import { defineOp, type Kernel, type OpDefinition } from './define-op.ts';
import { elementwisePartition, unaryDispatch } from './lib/elementwise.ts';
import { everyDType, operand, operandType } from './lib/operands.ts';

const float: Kernel<object> = {
  name: '${name}-float',
  accepts: (context) => everyDType(context, 'float32'),
  dispatch: (context) => unaryDispatch(context, { op: '${name}', shader: ${camelCase}Float, operationsPerElement: 1 }),
};

/**
 * y = x. Say here what the op computes, its shapes, and where it is specified.
 * Input of any shape; the output has the same.
 */
export const ${camelCase}: OpDefinition<object> = defineOp({
  name: '${name}',
  inferShape: (context) => [operandType('${name}', context, 0).shape],
  reference(context, inputs) {
    const x = operand('${name}', context, inputs, 0);
    const y = emptyTensor(context.outputs[0]);
    for (let i = 0; i < elementCount(x.shape); i++) y.data[i] = x.data[i];
    return [y];
  },
  kernels: [float],
  partition: elementwisePartition(),
});
`,
  [`shaders/${name}-float.wgsl`]: `// y[i] = x[i]. One invocation per quad.
//#import linear-index
const QUADS: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<vec4<f32>, QUADS>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>, QUADS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) workgroupId: vec3<u32>, @builtin(local_invocation_index) localIndex: u32) {
  let index = linearIndex(workgroupId, localIndex);
  if (index >= QUADS) {
    return;
  }
  y[index] = x[index];
}
`,
  [`test/ops/${name}.test.ts`]: `import { ${camelCase} } from '../../src/ops/${name}.ts';
import { testOp } from '../support/test-op.ts';

testOp(
  ${camelCase},
  [1, 3, 4, 5, 33].map((channels) => ({
    name: \`\${channels} channels\`,
    attributes: {},
    inputs: [{ dtype: 'float32' as const, shape: [2, 3, 5, channels] }],
    outputs: [{ dtype: 'float32' as const }],
  })),
);
`,
};

const existing = Object.keys(files).filter((file) => existsSync(path.join(root, file)));
if (existing.length > 0) {
  console.error(`new-op: ${existing.join(', ')} already exists.`);
  process.exit(1);
}
for (const [file, text] of Object.entries(files)) {
  writeFileSync(path.join(root, file), text);
  console.log(file);
}
execFileSync(process.execPath, [path.join(root, 'scripts/registry.mjs')], { stdio: 'inherit' });
