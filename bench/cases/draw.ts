import { allocateData, codeRange } from '../../src/tensor/dtype.ts';
import { toFloat16Bits } from '../../src/tensor/float16.ts';
import { createRandom } from '../../src/tensor/random.ts';
import { elementCount } from '../../src/tensor/shape.ts';
import { createTensor, type Tensor, type TensorType } from '../../src/tensor/tensor.ts';

/** A prime, so that the repetition meets no row's length. */
const blockLength = 65_521;

/**
 * Random numbers: codes over their whole range, reals in ±1, int32 in ±1000. Large tensors repeat a block of them; what
 * matters is that they are not all alike, which devices do sooner and with less power.
 */
export function drawTensor(type: TensorType, seed: string): Tensor {
  const { dtype, shape } = type;
  const data = allocateData(dtype, elementCount(shape));
  const random = createRandom(1).fork(seed);
  for (let i = 0; i < Math.min(blockLength, data.length); i++) {
    if (dtype === 'float32') data[i] = random.uniform(-1, 1);
    else if (dtype === 'float16') data[i] = toFloat16Bits(random.uniform(-1, 1));
    else if (dtype === 'int32') data[i] = random.integer(2001) - 1000;
    else data[i] = codeRange(dtype)[0] + random.integer(256);
  }
  for (let done = blockLength; done < data.length; done *= 2) {
    data.copyWithin(done, 0, Math.min(done, data.length - done));
  }
  return createTensor(type, data);
}
