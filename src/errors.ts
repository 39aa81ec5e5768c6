/** Base of every error this library throws on purpose: the message says what, where, with which values, and the fix. */
export class QuadotError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No usable GPU, a lost device, a failed allocation, or a validation error the driver reported. */
export class DeviceError extends QuadotError {}

/** Shapes, dtypes or attributes that do not fit together. */
export class ShapeError extends QuadotError {}

/** A file that is malformed, truncated, or not of the format it claims. */
export class FormatError extends QuadotError {}

/** A model that needs operators or features this library does not have. */
export class UnsupportedOpError extends QuadotError {}

/** Numbers outside what an exact computation can carry: overflow, a non-finite scale, a NaN where none may be. */
export class NumericError extends QuadotError {}
