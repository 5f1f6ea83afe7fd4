import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces a file as a whole: whoever reads it meanwhile, or after a crash, finds the old one or the new one. */
export async function writeFileWhole(file: string, data: Buffer | string): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(part, data);
    await rename(part, file);
  } catch (error) {
    // A full disk must not keep the half as well.
    await rm(part, { force: true }).catch(() => undefined);
    throw error;
  }
}
