import { buildTflite as build, type ModelSpec } from '../../test/support/tflite-builder.ts';

// Takes tflite-builder.ts's place: keeps the files that tests build.
export * from '../../test/support/tflite-builder.ts';

/** By what they are made of, so that each is there once. */
export const models = new Map<string, Uint8Array<ArrayBuffer>>();

export function buildTflite(spec: ModelSpec): Uint8Array<ArrayBuffer> {
  const bytes = build(spec);
  models.set(Buffer.from(bytes).toString('base64'), bytes);
  return bytes;
}
