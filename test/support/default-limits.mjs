import { globals } from 'webgpu';

/**
 * Importing this turns every adapter of the process into that of a modest phone: WebGPU's default limits, no optional
 * features, and not a word about what it is. Devices are real ones with just that, so the implementation holds them to
 * the limits. Plain JavaScript, so that Node can load it before a program under test.
 */
const prototype = /** @type {{ GPU: { prototype: GPU } }} */ (globals).GPU.prototype;
const { requestAdapter } = prototype;

/** @typedef {{ limits: Record<string, number>, features: Set<string> }} Defaults */

/** What a device has when nothing is asked for, by feature level. @type {Map<unknown, Promise<Defaults>>} */
const defaultsOf = new Map();

prototype.requestAdapter = async function (options) {
  const adapter = await requestAdapter.call(this, options);
  if (adapter === null) return null;
  const level = options?.featureLevel;
  const defaults = defaultsOf.get(level) ?? readDefaults(await requestAdapter.call(this, options));
  defaultsOf.set(level, defaults);
  return modest(adapter, await defaults);
};

/** @param {GPUAdapter | null} adapter @returns {Promise<Defaults>} */
async function readDefaults(adapter) {
  if (adapter === null) throw new Error('an adapter that was there is gone');
  const device = await adapter.requestDevice();
  /** @type {Record<string, number>} */
  const limits = {};
  for (const name in device.limits)
    limits[name] = Number(device.limits[/** @type {keyof GPUSupportedLimits} */ (name)]);
  const features = new Set(device.features);
  device.destroy();
  return { limits, features };
}

/** @param {GPUAdapter} adapter @param {Defaults} defaults @returns {GPUAdapter} */
function modest(adapter, { limits, features }) {
  const reported = {
    limits,
    features,
    // As Firefox has it; the subgroup sizes are what the specification prescribes where nothing is known.
    info: { vendor: '', architecture: '', device: '', description: '', subgroupMinSize: 4, subgroupMaxSize: 128 },
    /** Refuses what this adapter does not have, as any adapter does. @param {GPUDeviceDescriptor} descriptor */
    requestDevice: async (descriptor = {}) => {
      for (const feature of descriptor.requiredFeatures ?? []) {
        if (!features.has(feature)) throw new TypeError(`this adapter has no feature ${feature}`);
      }
      for (const [name, value = 0] of Object.entries(descriptor.requiredLimits ?? {})) {
        const isBetter = name.startsWith('min') ? value < limits[name] : value > limits[name];
        if (isBetter) throw new DOMException(`${name} is ${limits[name]} on this adapter`, 'OperationError');
      }
      return adapter.requestDevice(descriptor);
    },
  };
  return /** @type {GPUAdapter} */ (/** @type {unknown} */ (reported));
}
