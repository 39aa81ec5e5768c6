import { inject } from 'vitest';

/**
 * Whether the lane is there for what a device with fewer limits and features does differently. What does not depend on
 * that, such as engines, roundings and the data of images, need not be repeated in all combinations: other lanes do it,
 * and `test/shaders` compiles every combination for such devices.
 */
export const isForLimits: boolean = ['default-limits', 'compatibility'].includes(inject('lane'));
