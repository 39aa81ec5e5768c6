import type { Shape } from 'quadot';

/** Where a convolution or pool looks, for every output pixel. */
export interface Windows {
  /** [N, H, W, C] of the input. */
  readonly input: Shape;
  /** [N, H', W'] of the output. */
  readonly output: readonly [number, number, number];
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: readonly number[];
}

/** Calls `visit(row, tap, offset)` for each output pixel and each tap inside the image; offset is of the pixel's channel 0. */
export function forEachTap(windows: Windows, visit: (row: number, tap: number, offset: number) => void): void {
  const [, height, width, channels] = windows.input;
  const [batch, outputHeight, outputWidth] = windows.output;
  const [sizeY, sizeX] = windows.size;
  let row = 0;
  for (let n = 0; n < batch; n++) {
    for (let outputY = 0; outputY < outputHeight; outputY++) {
      for (let outputX = 0; outputX < outputWidth; outputX++, row++) {
        for (let tap = 0; tap < sizeY * sizeX; tap++) {
          const y = outputY * windows.strides[0] - windows.padding[0] + Math.floor(tap / sizeX);
          const x = outputX * windows.strides[1] - windows.padding[1] + (tap % sizeX);
          if (y < 0 || y >= height || x < 0 || x >= width) continue;
          visit(row, tap, ((n * height + y) * width + x) * channels);
        }
      }
    }
  }
}

/** Every window as a row of a matrix [N·H'·W', taps · C]; padding is 0. */
export function gatherWindows(windows: Windows, x: Float32Array): Float32Array {
  const channels = windows.input[3];
  const rowSize = windows.size[0] * windows.size[1] * channels;
  const [batch, height, width] = windows.output;
  const columns = new Float32Array(batch * height * width * rowSize);
  forEachTap(windows, (row, tap, offset) => {
    const target = row * rowSize + tap * channels;
    for (let channel = 0; channel < channels; channel++) columns[target + channel] = x[offset + channel];
  });
  return columns;
}

/** The transpose of `gatherWindows`: adds every row back to where it came from. */
export function scatterWindows(windows: Windows, columns: Float32Array): Float32Array {
  const channels = windows.input[3];
  const rowSize = windows.size[0] * windows.size[1] * channels;
  const x = new Float32Array(windows.input.reduce((product, size) => product * size, 1));
  forEachTap(windows, (row, tap, offset) => {
    const source = row * rowSize + tap * channels;
    for (let channel = 0; channel < channels; channel++) x[offset + channel] += columns[source + channel];
  });
  return x;
}
