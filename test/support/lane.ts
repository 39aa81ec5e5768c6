import { inject } from 'vitest';

/**
 * Whether this is the lane in which everything runs in all combinations. The others are there for what another host
 * (a browser) or a device with fewer limits and features does differently. What does not depend on that, such as engines,
 * roundings, float16 storage and the data of images, takes turns there or is left to this one; `test/shaders` compiles
 * every combination for devices of all kinds.
 */
export const isThorough: boolean = inject('lane') === 'everything';

/** Whether the device does not tell what it is, so that the library takes it for hardware. */
export const isUnnamed: boolean = ['default-limits', 'compatibility'].includes(inject('lane'));
