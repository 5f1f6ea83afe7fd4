import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const sidecarSchema = z.object({
  run: z.string(),
  /** Wall time of the file's first sample. */
  startedAt: z.number(),
  /** Who writes it. */
  owner: z.object({ pid: z.number(), began: z.string() }),
});

/** What lies beside a recording, in `<file>.json`: which run it belongs to, when it began, and who writes it. */
export type Sidecar = z.infer<typeof sidecarSchema>;

export const sidecarPath = (file: string): string => `${file}.json`;

/** Nothing when there is none, or none that can be read: the recording then counts as an earlier run's. */
export function readSidecar(file: string): Sidecar | undefined {
  try {
    return sidecarSchema.parse(JSON.parse(readFileSync(sidecarPath(file), 'utf8')));
  } catch {
    return undefined;
  }
}

export function writeSidecar(file: string, sidecar: Sidecar): void {
  const draft = `${sidecarPath(file)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(sidecar));
  renameSync(draft, sidecarPath(file));
}
