import type { ConvolutionShape } from './convolution-shape.ts';

/**
 * Sums of a convolution in float64, exact for 8-bit codes: Σ over taps and channels of x · w, in plain loops.
 * @param x [N, H, W, C] with zero points subtracted
 * @param weights [O, kH, kW, C/groups], likewise
 * @returns [N, OH, OW, O]
 */
export function convolutionSums(x: Float64Array, weights: Float64Array, shape: ConvolutionShape): Float64Array {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, kernelHeight, kernelWidth, groups } = shape;
  const [top, left] = shape.padding;
  const groupIn = inChannels / groups;
  const groupOut = outChannels / groups;
  const sums = new Float64Array(shape.batch * outHeight * outWidth * outChannels);
  let at = 0;
  for (let n = 0; n < shape.batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        for (let o = 0; o < outChannels; o++) {
          const firstChannel = Math.floor(o / groupOut) * groupIn;
          let sum = 0;
          for (let ky = 0; ky < kernelHeight; ky++) {
            const iy = oy * shape.strides[0] + ky * shape.dilations[0] - top;
            if (iy < 0 || iy >= inHeight) continue;
            for (let kx = 0; kx < kernelWidth; kx++) {
              const ix = ox * shape.strides[1] + kx * shape.dilations[1] - left;
              if (ix < 0 || ix >= inWidth) continue;
              const from = ((n * inHeight + iy) * inWidth + ix) * inChannels + firstChannel;
              const weight = ((o * kernelHeight + ky) * kernelWidth + kx) * groupIn;
              for (let c = 0; c < groupIn; c++) sum += x[from + c] * weights[weight + c];
            }
          }
          sums[at++] = sum;
        }
      }
    }
  }
  return sums;
}
