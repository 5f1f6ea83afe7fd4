import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../supervisor/process-table.ts';

/** The process that writes the recording of a room, as the recording's own sidecar names it; 0 when none does. */
export function findSink({ home }: { home: string }, room: string): number {
  try {
    const text = readFileSync(join(home, 'audio', `${room}.wav.json`), 'utf8');
    const { owner } = JSON.parse(text) as { owner?: { pid?: unknown } };
    const pid = owner?.pid;
    return typeof pid === 'number' && pid > 0 && isAlive(pid) ? pid : 0;
  } catch {
    // There is no recording yet, or it is just being begun.
    return 0;
  }
}
