import { FormatError } from '../../../errors.ts';
import type { ResizeCoordinates } from '../../../ops/lib/resize-coordinates.ts';
import { type OperatorFamily, type OperatorReader, optionsSchema } from '../operator.ts';
import { requireSameType } from '../operator-types.ts';

const bilinear = optionsSchema(15, 'ResizeBilinearOptions', { align_corners: 2, half_pixel_centers: 3 });
const nearest = optionsSchema(74, 'ResizeNearestNeighborOptions', { align_corners: 0, half_pixel_centers: 1 });

/** Images of another size, which a constant gives. */
export const resize: OperatorFamily = {
  types: ['RESIZE_BILINEAR', 'RESIZE_NEAREST_NEIGHBOR'],
  inputCount: [2, 2],
  parameters: [1],
  read(operator) {
    requireSameType(operator, [operator.input(0)]);
    const size = readSize(operator);
    if (operator.type === 'RESIZE_BILINEAR') {
      const coordinates = readCoordinates(operator, bilinear);
      return () => ({ op: 'resize-bilinear', attributes: { size, coordinates } });
    }
    const coordinates = readCoordinates(operator, nearest);
    const rounding = coordinates === 'asymmetric' ? 'floor' : 'round-prefer-ceil';
    return () => ({ op: 'resize-nearest', attributes: { size, coordinates, rounding } });
  },
};

function readSize(operator: OperatorReader): readonly [number, number] {
  const size = operator.integers(1);
  if (size.length !== 2 || size.some((length) => length < 1)) {
    throw new FormatError(
      `tflite: ${operator.where}: its size is [${size.join(', ')}]. It must be a height and a width of at least 1.`,
    );
  }
  return [size[0], size[1]];
}

function readCoordinates(operator: OperatorReader, schema: typeof bilinear): ResizeCoordinates {
  const options = operator.options(schema);
  const isAligned = options.int8('align_corners') !== 0;
  const isCentered = options.int8('half_pixel_centers') !== 0;
  if (isAligned && isCentered) {
    throw new FormatError(`tflite: ${operator.where}: align_corners and half_pixel_centers exclude each other.`);
  }
  return isAligned ? 'align-corners' : isCentered ? 'half-pixel' : 'asymmetric';
}
