import { readFile } from 'node:fs/promises';
import { QuadotError } from '../errors.ts';

/** What the system's error codes mean to people. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file.',
  EISDIR: 'this is a folder. Give a file.',
  EACCES: 'this file may not be read. Check its permissions.',
};

/** The content of a file. @throws QuadotError naming the path when it cannot be read */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const buffer = await readFile(path);
    // Small files share Node's pool; a copy of their own may be handed to any reader.
    return new Uint8Array(buffer);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new QuadotError(`${path}: ${reasons[code ?? ''] ?? message}`, { cause });
  }
}
