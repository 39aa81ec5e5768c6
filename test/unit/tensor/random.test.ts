import { expect, test } from 'vitest';
import { createRandom, randomBits } from '../../../src/tensor/random.ts';

const draws = 20_000;

test('a seed replays its stream, another seed gives another', () => {
  const stream = (seed: number): number[] => {
    const random = createRandom(seed);
    return Array.from({ length: 100 }, () => random.uniform());
  };
  expect(stream(1)).toEqual(stream(1));
  expect(stream(1).filter((value, index) => value === stream(2)[index])).toEqual([]);
});

test('a fork depends on the seed and the label, not on what was drawn', () => {
  const fresh = createRandom(5).fork('weights').uniform();
  const used = createRandom(5);
  used.uniform();
  expect(used.fork('weights').uniform()).toBe(fresh);
  expect(used.fork('bias').uniform()).not.toBe(fresh);
  expect(createRandom(6).fork('weights').uniform()).not.toBe(fresh);
});

test('uniform numbers fill their interval evenly', () => {
  const random = createRandom(11);
  const bins = new Array<number>(10).fill(0);
  for (let draw = 0; draw < draws; draw++) bins[Math.floor(random.uniform(-2, 8) + 2)]++;
  // Five standard deviations of a binomial count.
  const allowed = 5 * Math.sqrt(draws * 0.1 * 0.9);
  for (const count of bins) expect(Math.abs(count - draws / 10)).toBeLessThan(allowed);
});

test('forks of neighbouring labels are independent', () => {
  const random = createRandom(3);
  const first = Array.from({ length: draws }, (_, index) => random.fork(index).uniform() - 0.5);
  const correlation = first.slice(1).reduce((sum, value, index) => sum + value * first[index], 0) / (draws / 12);
  expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(draws));
});

test('Gaussian numbers have the mean and deviation asked for', () => {
  const random = createRandom(12);
  const values = Array.from({ length: draws }, () => random.normal(3, 2));
  const mean = values.reduce((sum, value) => sum + value, 0) / draws;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws;
  expect(Math.abs(mean - 3)).toBeLessThan((5 * 2) / Math.sqrt(draws));
  expect(Math.abs(variance - 4)).toBeLessThan(5 * 4 * Math.sqrt(2 / draws));
});

test('the bits behind any number of a stream, by themselves', () => {
  for (const seed of [0, 1, -5, 2 ** 31 - 1]) {
    const random = createRandom(seed);
    for (let index = 0; index < 100; index++) expect(randomBits(seed, index) / 2 ** 32).toBe(random.uniform());
  }
});
