import { FormatError, ShapeError } from '../../../errors.ts';
import { formatShape, type Shape } from '../../../tensor/shape.ts';
import type { OpUse } from '../../op-use.ts';
import { chain, type OperatorFamily, optionsSchema, reshapeTo, type Steps } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const schemas = {
  DEPTH_TO_SPACE: optionsSchema(94, 'DepthToSpaceOptions', { block_size: 0 }),
  SPACE_TO_DEPTH: optionsSchema(19, 'SpaceToDepthOptions', { block_size: 0 }),
} as const;

/** DEPTH_TO_SPACE and SPACE_TO_DEPTH: the channels of a pixel are a block of pixels, and the other way round. */
export const blocks: OperatorFamily = {
  types: Object.keys(schemas),
  inputCount: [1, 1],
  read(operator) {
    requireSameType(operator, operator.inputs);
    const where = `tflite: ${operator.where}`;
    const block = operator.options(schemas[operator.type as keyof typeof schemas]).int32('block_size');
    if (block < 1) throw new FormatError(`${where}: its block size is ${block}. It must be at least 1.`);
    return ([x]) => {
      const { shape } = x!;
      if (shape.length !== 4) throw new ShapeError(`${where}: ${formatShape(shape)} is not [N, H, W, C].`);
      return operator.type === 'DEPTH_TO_SPACE' ? depthToSpace(shape, block, where) : spaceToDepth(shape, block, where);
    };
  },
};

const transposed: OpUse = { op: 'transpose', attributes: { permutation: [0, 1, 3, 2, 4, 5] } };

/** [N, H, W, b·b·C] → [N, H·b, W·b, C]. */
function depthToSpace([batch, height, width, channels]: Shape, block: number, where: string): Steps {
  const depth = channels / block ** 2;
  if (!Number.isInteger(depth)) {
    throw new ShapeError(`${where}: ${channels} channels are not blocks of ${block} x ${block} pixels.`);
  }
  return chain(
    reshapeTo([batch, height, width, block, block, depth]),
    transposed,
    reshapeTo([batch, height * block, width * block, depth]),
  );
}

/** [N, H, W, C] → [N, H/b, W/b, b·b·C]. */
function spaceToDepth([batch, height, width, channels]: Shape, block: number, where: string): Steps {
  const [rows, columns] = [height / block, width / block];
  if (!Number.isInteger(rows) || !Number.isInteger(columns)) {
    throw new ShapeError(`${where}: ${height} x ${width} pixels are not blocks of ${block} x ${block}.`);
  }
  return chain(
    reshapeTo([batch, rows, block, columns, block, channels]),
    transposed,
    reshapeTo([batch, rows, columns, block * block * channels]),
  );
}
