import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file so that whoever reads it has the old text or the new one, also beside other processes that do the same. Throws as `fs` does. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const own = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(own, text);
    await rename(own, file);
  } catch (error) {
    await rm(own, { force: true }).catch(() => undefined);
    throw error;
  }
}
