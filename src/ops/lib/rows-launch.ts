import { elementCount, quadsPerRow, rowCount, rowLength } from '../../tensor/shape.ts';
import type { Dispatch, KernelContext } from '../define-op.ts';
import { defaultWorkgroupSize, linearDispatch } from './linear-dispatch.ts';
import { operandType, streamingCost } from './operands.ts';

/**
 * The launch of a shader that treats each row of its first input as a whole, with the constants ROWS, CHANNELS and
 * ROW_LANES: as many invocations a row as it has quads, up to a whole workgroup.
 */
export function rowsLaunch<A>(
  op: string,
  context: KernelContext<A>,
  operationsPerElement: number,
  constants: Readonly<Record<string, number>>,
): Pick<Dispatch, 'constants' | 'workgroups' | 'cost'> {
  const { shape } = operandType(op, context, 0);
  const rowLanes = Math.min(defaultWorkgroupSize, 2 ** Math.ceil(Math.log2(quadsPerRow(shape))));
  const launch = linearDispatch(rowCount(shape), defaultWorkgroupSize / rowLanes);
  return {
    constants: {
      ...launch.constants,
      ROWS: rowCount(shape),
      CHANNELS: rowLength(shape),
      ROW_LANES: rowLanes,
      ...constants,
    },
    workgroups: launch.workgroups,
    cost: streamingCost(context, operationsPerElement * elementCount(shape)),
  };
}
