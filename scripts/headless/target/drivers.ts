import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A Vulkan driver by its manifest ("ICD" file). */
export interface Driver {
  readonly manifest: string;
  /** As the manifest names it: a path, or a name that the dynamic loader looks up. */
  readonly library: string;
  /** Why the library cannot be loaded; null when it can. */
  readonly problem: string | null;
}

/** Where drivers put their manifests. */
export interface ManifestFolders {
  /** Folders that every Vulkan loader searches. */
  readonly searched: readonly string[];
  /** Folders of drivers that are mounted into containers or managed otherwise, which no loader searches by itself. */
  readonly others: readonly string[];
}

export const MANIFEST_FOLDERS: ManifestFolders = {
  searched: ['/etc', '/usr/local/etc', '/usr/share', '/usr/local/share'].map((folder) => `${folder}/vulkan/icd.d`),
  others: [
    '/usr/local/nvidia/share/vulkan/icd.d',
    '/usr/local/nvidia/vulkan/icd.d',
    '/run/opengl-driver/share/vulkan/icd.d',
  ],
};

const NVIDIA_WITH_X11 = 'libGLX_nvidia.so.0';
const NVIDIA_WITHOUT_X11 = 'libEGL_nvidia.so.0';

/** The system's Vulkan drivers for 64 bits. */
export function findManifests(folders: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .sort()
        .map((file) => path.join(folder, file)),
    )
    .filter((file) => file.endsWith('.json') && !/i[36]86/.test(file));
}

/**
 * Environment variables with which Dawn finds the machine's drivers.
 * A driver whose manifest lies where loaders do not look is named to them, and where there is no loader, the one of the
 * software adapter serves.
 * @param options.loader folder with a `libvulkan.so.1` to use; undefined where the system has one
 */
export function driverEnvironment(
  environment: NodeJS.ProcessEnv,
  { loader, folders = MANIFEST_FOLDERS }: { loader?: string; folders?: ManifestFolders },
): Record<string, string> {
  const others = findManifests(folders.others);
  const libraryFolders = others.flatMap((manifest) => {
    const prefix = manifest.replace(/(\/share)?\/vulkan\/icd\.d\/[^/]*$/, '');
    return ['lib64', 'lib'].map((name) => path.join(prefix, name)).filter((folder) => existsSync(folder));
  });
  if (loader !== undefined) libraryFolders.push(loader);
  const isChosen = environment['VK_DRIVER_FILES'] !== undefined || environment['VK_ICD_FILENAMES'] !== undefined;
  const manifests = !isChosen && others.length > 0 ? [...findManifests(folders.searched), ...others] : [];
  const searchPath = [...(environment['LD_LIBRARY_PATH']?.split(':') ?? []), ...new Set(libraryFolders)];
  return {
    ...(manifests.length > 0 && nameManifests(manifests)),
    ...(libraryFolders.length > 0 && { LD_LIBRARY_PATH: searchPath.filter((folder) => folder !== '').join(':') }),
  };
}

/** Vulkan loaders before 1.3.207 know only the second name. */
function nameManifests(manifests: readonly string[]): Record<string, string> {
  return { VK_DRIVER_FILES: manifests.join(':'), VK_ICD_FILENAMES: manifests.join(':') };
}

/** The drivers that an environment leads to, and whether each can be loaded. */
export function listDrivers(environment: NodeJS.ProcessEnv): Driver[] {
  const named = environment['VK_DRIVER_FILES'] ?? environment['VK_ICD_FILENAMES'];
  const manifests = named?.split(':').filter((file) => file !== '') ?? findManifests(MANIFEST_FOLDERS.searched);
  return manifests.map((manifest) => {
    const library = libraryOf(manifest);
    if (library === null) return { manifest, library: '', problem: 'it is no readable driver manifest' };
    const file = library.includes('/') ? path.resolve(path.dirname(manifest), library) : library;
    return { manifest, library, problem: loadProblem(file, environment) };
  });
}

function libraryOf(manifest: string): string | null {
  try {
    const content = JSON.parse(readFileSync(manifest, 'utf8')) as { ICD?: { library_path?: unknown } };
    const library = content.ICD?.library_path;
    return typeof library === 'string' ? library : null;
  } catch {
    return null;
  }
}

/** In a process of its own: a broken driver must not take this one down. */
function loadProblem(library: string, environment: NodeJS.ProcessEnv): string | null {
  const program = `
    try { process.dlopen({ exports: {} }, process.argv[1], require('os').constants.dlopen.RTLD_LAZY); }
    catch (error) { if (!/self-register/.test(error.message)) { console.log(error.message); process.exit(1); } }
    process.exit(0);`;
  const { status, signal, stdout } = spawnSync(process.execPath, ['--eval', program, library], {
    env: environment,
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (status === 0) return null;
  return stdout.trim() || `loading it ended with ${signal ?? `code ${status}`}`;
}

/**
 * NVIDIA's manifest names the library that needs X11's; without those on a headless machine, the driver's EGL library is a
 * Vulkan driver as well.
 * @param manifest file to write
 * @returns variables that name it to the loader, or null where this is not the case
 */
export function withoutX11(
  drivers: readonly Driver[],
  environment: NodeJS.ProcessEnv,
  manifest: string,
): Record<string, string> | null {
  const hindered = drivers.find(
    ({ library, problem }) => problem !== null && path.basename(library) === NVIDIA_WITH_X11,
  );
  if (hindered === undefined) return null;
  const library = hindered.library.replace(NVIDIA_WITH_X11, NVIDIA_WITHOUT_X11);
  const file = library.includes('/') ? path.resolve(path.dirname(hindered.manifest), library) : library;
  if (loadProblem(file, environment) !== null) return null;
  writeFileSync(
    manifest,
    JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: file, api_version: '1.3.0' } }),
  );
  return nameManifests([manifest]);
}
