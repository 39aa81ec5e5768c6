import { readFile } from 'node:fs/promises';
import { QuadotError } from '../errors.ts';

/** The content of a file. @throws QuadotError naming the path when it cannot be read */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const buffer = await readFile(path);
    // Small files share Node's pool; a copy of their own may be handed to any reader.
    return new Uint8Array(buffer);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new QuadotError(code === 'ENOENT' ? `${path}: there is no such file.` : `${path}: ${message}`, { cause });
  }
}
