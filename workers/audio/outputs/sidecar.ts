import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What lies beside a recording, in `<file>.json`: which run it belongs to, when it began, and who writes it. */
export interface Sidecar {
  run: string;
  /** Wall time of the file's first sample. */
  startedAt: number;
  /** Who writes it. */
  owner: { pid: number; began: string };
}

export const sidecarPath = (file: string): string => `${file}.json`;

/** Nothing when there is none, or none that can be read: the recording then counts as an earlier run's. */
export function readSidecar(file: string): Sidecar | undefined {
  try {
    const found = JSON.parse(readFileSync(sidecarPath(file), 'utf8')) as unknown;
    return isSidecar(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

export function writeSidecar(file: string, sidecar: Sidecar): void {
  const draft = `${sidecarPath(file)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(sidecar));
  renameSync(draft, sidecarPath(file));
}

/** By hand: a sink has to be there at once, and a library that checks shapes takes half of what it needs to start. */
function isSidecar(found: unknown): found is Sidecar {
  if (!has(found, ['run', 'startedAt', 'owner']) || !has(found.owner, ['pid', 'began'])) return false;
  const { run, startedAt, owner } = found;
  const numbers = [startedAt, owner.pid].every((value) => typeof value === 'number');
  return numbers && [run, owner.began].every((value) => typeof value === 'string');
}

function has<Name extends string>(value: unknown, names: Name[]): value is Record<Name, unknown> {
  return typeof value === 'object' && value !== null && names.every((name) => name in value);
}
