import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { driverEnvironment, findManifests, listDrivers, withoutX11 } from '../../../scripts/headless/target/drivers.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'quadot-drivers-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function writeManifest(file: string, library: string): Promise<string> {
  const manifest = path.join(root, file);
  await mkdir(path.dirname(manifest), { recursive: true });
  await writeFile(manifest, JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: library } }));
  return manifest;
}

/** Some library of the system, under another name. */
async function linkLibrary(name: string): Promise<void> {
  const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
  await symlink(
    sharedObjects.find((file) => file.includes('libm.so'))!,
    path.join(root, name),
  );
}

describe.skipIf(process.platform !== 'linux')('the drivers of a machine', () => {
  const foldersIn = (folder: string): { searched: string[]; others: string[] } => ({
    searched: [path.join(folder, 'usr/share/vulkan/icd.d')],
    others: [path.join(folder, 'nvidia/share/vulkan/icd.d')],
  });

  test('nothing is changed where loaders find everything themselves', async () => {
    await writeManifest('usr/share/vulkan/icd.d/radeon.json', 'libvulkan_radeon.so');
    expect(driverEnvironment({}, { folders: foldersIn(root) })).toEqual({});
  });

  test('manifests of 32-bit drivers and other files are left out', async () => {
    const manifest = await writeManifest('icd.d/radeon_icd.x86_64.json', 'libvulkan_radeon.so');
    await writeManifest('icd.d/radeon_icd.i686.json', 'libvulkan_radeon.so');
    await writeManifest('icd.d/notes.txt', '');
    expect(findManifests([path.join(root, 'missing'), path.join(root, 'icd.d')])).toEqual([manifest]);
  });

  test('a driver where no loader looks is named, with its libraries, beside the others', async () => {
    const usual = await writeManifest('usr/share/vulkan/icd.d/lvp.json', 'libvulkan_lvp.so');
    const mounted = await writeManifest('nvidia/share/vulkan/icd.d/nvidia_icd.json', 'libGLX_nvidia.so.0');
    await mkdir(path.join(root, 'nvidia/lib64'));
    const environment = driverEnvironment(
      { LD_LIBRARY_PATH: '/opt/lib:' },
      { loader: '/bundle', folders: foldersIn(root) },
    );
    expect(environment).toEqual({
      VK_DRIVER_FILES: `${usual}:${mounted}`,
      VK_ICD_FILENAMES: `${usual}:${mounted}`,
      LD_LIBRARY_PATH: `/opt/lib:${path.join(root, 'nvidia/lib64')}:/bundle`,
    });
    const chosen = driverEnvironment({ VK_DRIVER_FILES: usual }, { folders: foldersIn(root) });
    expect(chosen).toEqual({ LD_LIBRARY_PATH: path.join(root, 'nvidia/lib64') });
  });

  test('each says whether its library loads, and why not', async () => {
    await linkLibrary('libdriver.so');
    const good = await writeManifest('good.json', './libdriver.so');
    const bad = await writeManifest('bad.json', 'libmissing_driver.so.7');
    const broken = path.join(root, 'broken.json');
    await writeFile(broken, '{"ICD": ');
    const drivers = listDrivers({ ...process.env, VK_DRIVER_FILES: [good, bad, broken].join(':') });
    expect(drivers).toEqual([
      { manifest: good, library: './libdriver.so', problem: null },
      {
        manifest: bad,
        library: 'libmissing_driver.so.7',
        problem: expect.stringContaining('cannot open shared object'),
      },
      { manifest: broken, library: '', problem: expect.stringContaining('no readable driver manifest') },
    ]);
  });

  test("NVIDIA's other library serves where the usual one does not load", async () => {
    const manifest = await writeManifest('nvidia.json', './libGLX_nvidia.so.0');
    const environment = { ...process.env, VK_DRIVER_FILES: manifest };
    const written = path.join(root, 'written.json');
    expect(withoutX11(listDrivers(environment), environment, written)).toBe(null);
    await linkLibrary('libEGL_nvidia.so.0');
    expect(withoutX11(listDrivers(environment), environment, written)).toMatchObject({ VK_DRIVER_FILES: written });
    expect(JSON.parse(await readFile(written, 'utf8'))).toMatchObject({
      ICD: { library_path: path.join(root, 'libEGL_nvidia.so.0') },
    });
    await linkLibrary('libGLX_nvidia.so.0');
    expect(withoutX11(listDrivers(environment), environment, written)).toBe(null);
  });
});
