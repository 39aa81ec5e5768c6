import { placeImage, type Fit, type Placement, type Size } from './image-geometry.ts';
import { createResampleTable, type ResampleTable } from './resample-table.ts';

/** How an image reaches its place in the target: along rows first, then along columns. */
export interface ResizePlan {
  readonly placement: Placement;
  /** Absent when the rows already have the width. */
  readonly alongRows?: ResampleTable;
  /** Absent when the columns already have the height. */
  readonly alongColumns?: ResampleTable;
  /** The rows of the source that the target sees, in number and the first of them. */
  readonly rows: number;
  readonly firstRow: number;
}

/** @throws ShapeError when a size is not a positive integer */
export function planResize(source: Size, target: Size, fit: Fit): ResizePlan {
  const placement = placeImage(source, target, fit);
  const { left, top, right, bottom, width, height } = placement;
  const needsRows = left !== 0 || right !== source.width || width !== source.width;
  const needsColumns = top !== 0 || bottom !== source.height || height !== source.height;
  const alongColumns = needsColumns ? createResampleTable(source.height, top, bottom, height) : undefined;
  if (!needsRows) return { placement, alongColumns, rows: source.height, firstRow: 0 };
  // Rows that no target pixel reads are left out of the pass along rows.
  let firstRow = 0;
  let rows = source.height;
  if (alongColumns !== undefined) {
    const { spans } = alongColumns;
    firstRow = spans[0];
    rows = spans[(height - 1) * 3] + spans[(height - 1) * 3 + 1] - firstRow;
    for (let i = 0; i < height; i++) spans[i * 3] -= firstRow;
  }
  return { placement, alongRows: createResampleTable(source.width, left, right, width), alongColumns, rows, firstRow };
}
