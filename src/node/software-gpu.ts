import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { DeviceError } from '../errors.ts';

/** What can be unpacked from the npm package `@sparticuz/chromium`: SwiftShader alone, or the browser with it. */
type ChromiumPart = 'driver' | 'browser';

const PACKAGE = '@sparticuz/chromium';
const DRIVER_MANIFEST = 'vk_swiftshader_icd.json';
const DEBIAN_CHROMIUM = '/usr/lib/chromium';

/** Where the project that runs us, or else quadot itself, has the package installed. */
function findPackage(): { directory: string; require: NodeJS.Require } | null {
  for (const origin of [path.join(process.cwd(), 'package.json'), import.meta.url]) {
    const require = createRequire(origin);
    // The package exports neither its package.json nor a CommonJS entry, so look where Node would look.
    for (const modules of require.resolve.paths(PACKAGE) ?? []) {
      const directory = path.join(modules, PACKAGE);
      if (existsSync(path.join(directory, 'bin', 'swiftshader.tar.br'))) return { directory, require };
    }
  }
  return null;
}

/**
 * Unpacks part of `@sparticuz/chromium` into `node_modules/.cache/quadot`, once per version.
 * The package's own API is not used: it writes to /tmp, and wants a newer Node than we do.
 * @returns the folder, or null where the package is not installed or cannot run (it is built for Linux x64)
 * @throws DeviceError when the folder cannot be written
 */
export async function unpackChromium(part: ChromiumPart): Promise<string | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const found = findPackage();
  if (!found) return null;
  const { version } = JSON.parse(await readFile(path.join(found.directory, 'package.json'), 'utf8')) as {
    version: string;
  };
  const target = path.resolve(found.directory, '../../.cache/quadot', `chromium-${version}-${part}`);
  if (existsSync(target)) return target;

  let extract: typeof import('tar-fs').extract;
  try {
    ({ extract } = found.require('tar-fs') as typeof import('tar-fs'));
  } catch {
    return null;
  }
  const open = (name: string) =>
    [createReadStream(path.join(found.directory, 'bin', name)), createBrotliDecompress()] as const;
  // Several processes may do this at once: each fills a folder of its own, and the first rename wins.
  const temporary = `${target}.${process.pid}`;
  try {
    await mkdir(temporary, { recursive: true });
    const unpackTar = (name: string, folder = '') =>
      pipeline(...open(`${name}.tar.br`), extract(path.join(temporary, folder)));
    await unpackTar('swiftshader');
    if (part === 'browser') {
      await unpackTar('al2023', 'al2023');
      await unpackTar('fonts', 'fonts');
      await pipeline(...open('chromium.br'), createWriteStream(path.join(temporary, 'chromium'), { mode: 0o755 }));
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    if (!existsSync(target)) {
      throw new DeviceError(
        `the software GPU of ${PACKAGE} cannot be unpacked into ${path.dirname(target)}: ${String(error)}. ` +
          'Let a user who may write there run once, or free space.',
        { cause: error, reason: 'unavailable' },
      );
    }
  }
  return target;
}

/**
 * Finds SwiftShader, a Vulkan driver that runs on the CPU: in `@sparticuz/chromium`, else in Debian's chromium package.
 * @returns the folder of its manifest, or null when neither is installed
 */
export async function findSoftwareVulkan(): Promise<string | null> {
  const directory = (await unpackChromium('driver')) ?? DEBIAN_CHROMIUM;
  return existsSync(path.join(directory, DRIVER_MANIFEST)) ? directory : null;
}

/**
 * Makes the software driver the Vulkan driver of this process. It takes effect when Dawn next creates an instance, and
 * only in the thread that called: worker threads do not see changes of `process.env`.
 * @returns false when no software driver is installed
 */
export async function useSoftwareVulkan(): Promise<boolean> {
  const directory = await findSoftwareVulkan();
  if (!directory) return false;
  // Vulkan loaders before 1.3.207 know only the second name.
  const manifest = path.join(directory, DRIVER_MANIFEST);
  process.env['VK_DRIVER_FILES'] = process.env['VK_ICD_FILENAMES'] = manifest;
  const loader = path.join(directory, 'libvulkan.so.1');
  if (existsSync(loader)) preload(loader);
  return true;
}

/**
 * Whether Dawn will find a Vulkan loader; on Linux it has no hardware without one, and complains on stderr.
 * Elsewhere the operating system brings the GPU's interface.
 */
export function hasVulkanLoader(): boolean {
  if (process.platform !== 'linux') return true;
  const { RTLD_LAZY } = os.constants.dlopen;
  return openLibrary('libvulkan.so.1', RTLD_LAZY) === null;
}

/**
 * Loads a shared library for good. Dawn opens "libvulkan.so.1" by name, and glibc then hands it the copy that is
 * already in the process, so no system-wide Vulkan loader is needed.
 */
function preload(library: string): void {
  const RTLD_NODELETE = 0x1000; // not in os.constants
  const { RTLD_NOW, RTLD_GLOBAL } = os.constants.dlopen;
  const error = openLibrary(library, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  if (error !== null) throw error;
}

/** Opens a library that is no Node addon: it loads first, and only then does Node complain that it registered nothing. */
function openLibrary(library: string, flags: number): Error | null {
  try {
    process.dlopen({ exports: {} }, library, flags);
  } catch (error) {
    if (error instanceof Error && !/self-register/.test(error.message)) return error;
  }
  return null;
}
