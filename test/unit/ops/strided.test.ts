import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quadOffset } from '../../../src/ops/lib/row-moves.ts';
import { composed, isWhole, mergedAxes, type Strided } from '../../../src/ops/lib/strided.ts';
import { toQuads } from '../../../src/tensor/quads.ts';
import { elementCount } from '../../../src/tensor/shape.ts';

/** Numbers of the elements that are taken, in order. */
function elementsOf({ offset, sizes, strides }: Strided): readonly number[] {
  let elements = [offset];
  sizes.forEach((size, axis) => {
    elements = elements.flatMap((first) => Array.from({ length: size }, (_, at) => first + at * strides[axis]));
  });
  return elements;
}

/** Of a tensor of so many elements, in any shape, some indices of each axis in any order of the axes, some repeated. */
function viewOf(count: number): fc.Arbitrary<Strided> {
  const factors = (rest: number): readonly number[] => [2, 3, 4, 6].filter((factor) => rest % factor === 0);
  return fc.array(fc.nat(99), { minLength: 24, maxLength: 24 }).map((choices) => {
    let next = 0;
    const choose = (limit: number): number => choices[next++ % choices.length] % limit;
    const shape: number[] = [];
    for (let rest = count; factors(rest).length > 0 && shape.length < 4;) {
      const factor = factors(rest)[choose(factors(rest).length)];
      shape.push(factor);
      rest /= factor;
    }
    shape.unshift(count / elementCount(shape));
    let stride = 1;
    const axes: { size: number; stride: number }[] = [];
    let offset = 0;
    for (const length of [...shape].reverse()) {
      const step = 1 + choose(2);
      const size = 1 + choose(Math.ceil(length / step));
      const begin = choose(length - (size - 1) * step);
      const isBackwards = choose(4) === 0;
      offset += (begin + (isBackwards ? (size - 1) * step : 0)) * stride;
      axes.unshift({ size, stride: isBackwards ? -step * stride : step * stride });
      stride *= length;
    }
    if (choose(3) === 0) axes.splice(choose(axes.length), 0, { size: 2, stride: 0 });
    if (choose(2) === 0) axes.push(...axes.splice(choose(axes.length), 1));
    return { offset, sizes: axes.map(({ size }) => size), strides: axes.map((axis) => axis.stride) };
  });
}

const views = viewOf(48);

test('merged axes take the same elements', () => {
  fc.assert(
    fc.property(views, (view) => {
      const axes = mergedAxes(view);
      const merged = { offset: view.offset, sizes: axes.map(({ size }) => size), strides: axes.map((a) => a.stride) };
      expect(elementsOf(merged)).toEqual(elementsOf(view));
      expect(axes.length).toBeLessThanOrEqual(Math.max(1, view.sizes.length));
    }),
  );
  expect(mergedAxes({ offset: 3, sizes: [2, 1, 3, 4], strides: [12, 9, 4, 1] })).toEqual([{ size: 24, stride: 1 }]);
});

describe('what is taken of what was taken', () => {
  test('takes the elements that the two take one after the other', () => {
    const pairs = views.chain((first) => viewOf(elementCount(first.sizes)).map((second) => [first, second] as const));
    let found = 0;
    let missed = 0;
    const property = fc.property(pairs, ([first, second]) => {
      const both = composed(first, second);
      const all = elementsOf(first);
      const expected = elementsOf(second).map((element) => all[element]);
      if (both === undefined) {
        missed++;
        return;
      }
      found++;
      expect(elementsOf(both)).toEqual(expected);
      expect(elementCount(both.sizes)).toBe(expected.length);
    });
    fc.assert(property, { numRuns: 2000 });
    expect(found, `${missed} without strides`).toBeGreaterThan(1000);
  });

  test('anything of all elements in their order, and all of anything', () => {
    const all = { offset: 0, sizes: [48], strides: [1] };
    fc.assert(
      fc.property(views, (view) => {
        expect(elementsOf(composed(all, view)!)).toEqual(elementsOf(view));
        const whole = { offset: 0, sizes: [elementCount(view.sizes)], strides: [1] };
        expect(elementsOf(composed(view, whole)!)).toEqual(elementsOf(view));
      }),
    );
  });

  test('a transpose and its inverse are all elements in their order', () => {
    const first = { offset: 0, sizes: [4, 2, 3], strides: [1, 12, 4] };
    const second = { offset: 0, sizes: [2, 3, 4], strides: [3, 1, 6] };
    expect(isWhole(composed(first, second)!, 24)).toBe(true);
    expect(isWhole(first, 24)).toBe(false);
    expect(isWhole({ offset: 1, sizes: [4], strides: [1] }, 5)).toBe(false);
    expect(isWhole({ offset: 0, sizes: [4], strides: [1] }, 5)).toBe(false);
    expect(isWhole({ offset: 0, sizes: [1], strides: [9] }, 1)).toBe(true);
  });

  test('rows that wrap around a transposed axis have no strides', () => {
    // Columns of [2, 3], two at a time.
    const first = { offset: 0, sizes: [3, 2], strides: [1, 3] };
    expect(composed(first, { offset: 1, sizes: [3], strides: [1] })).toBeUndefined();
    expect(composed(first, { offset: 0, sizes: [2], strides: [3] })).toBeUndefined();
  });
});

test('where the bytes on the device are those of what is taken', () => {
  const shape = (count: number): fc.Arbitrary<readonly number[]> =>
    fc
      .constantFrom(...[1, 2, 3, 4, 6, 8, 12, 16, 24, 48].filter((length) => count % length === 0))
      .map((length) => [count / length, length]);
  const cases = views.chain((view) => fc.tuple(fc.constant(view), shape(48), shape(elementCount(view.sizes))));
  let found = 0;
  const property = fc.property(cases, ([view, from, to]) => {
    const elements = Int32Array.from({ length: 48 }, (_, index) => index + 1);
    const device = toQuads(elements, 'int32', from);
    const taken = Int32Array.from(elementsOf(view), (element) => element + 1);
    const expected = toQuads(taken, 'int32', to);
    // Nothing is said of the padding.
    const isAt = (quad: number): boolean =>
      expected.every((element, index) => element === 0 || device[quad * 4 + index] === element);
    const offset = quadOffset(view, from, to);
    const quads = Array.from({ length: device.length / 4 }, (_, quad) => quad);
    if (offset !== undefined) {
      expect(isAt(offset)).toBe(true);
      found++;
    } else if (from[0] === 1 || from[1] % 4 === 0) {
      // Of padded rows some are missed that make a row of their single elements.
      expect(quads.find(isAt)).toBeUndefined();
    }
  });
  fc.assert(property, { numRuns: 2000 });
  expect(found).toBeGreaterThan(30);
});
