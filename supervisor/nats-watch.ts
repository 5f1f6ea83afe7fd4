import { setTimeout as sleep } from 'node:timers/promises';
import { untilBeat } from '../protocol/until-beat.ts';
import { openBeat } from './beat.ts';
import { askHealth } from './nats-health.ts';
import { ProcFile } from './proc-file.ts';
import { statFields, threadStatFile } from './process-table.ts';

/** What is known of a running server; `look` makes the next. */
export interface Watched {
  /** Probes in a row without a good answer. */
  misses: number;
  /** Since when the kernel calls it stopped; undefined while it runs. */
  stoppedSince: number | undefined;
  lookedAt: number;
}

export type Look = { kind: 'state'; letter: string } | { kind: 'probe'; ok: boolean; text: string };

const lookEveryMs = 500;
/** Together with everything else that is done each second. */
const probeEveryMs = 1_000;
const probeTimeoutMs = 750;
/** So many probes in a row without a good answer, the later ones without a pause between them: 3.5 s at the most. */
const probesToLose = 3;
/** Stopped for so long, which is two looks: by a person, by a debugger that went away, by a frozen job. A shorter stop is left alone. */
const stoppedToLoseMs = 950;
/** Looks that lie so far apart say that this process was late; nobody else is blamed for it. */
const lateMs = 1_000;

export const newlyWatched = (now: number): Watched => ({ misses: 0, stoppedSince: undefined, lookedAt: now });

/** What follows from a look: the next state, and the reason to replace the server, if there is one. Times in milliseconds of one clock. */
export function look(before: Watched, seen: Look, now: number): { watched: Watched; reason: string } {
  const late = now - before.lookedAt > lateMs;
  const watched = { ...(late ? newlyWatched(now) : before), lookedAt: now };
  if (seen.kind === 'state') {
    watched.stoppedSince = seen.letter === 'T' ? (watched.stoppedSince ?? now) : undefined;
    const stoppedMs = now - (watched.stoppedSince ?? now);
    const reason = stoppedMs >= stoppedToLoseMs ? `stopped for ${Math.round(stoppedMs)} ms` : '';
    return { watched, reason };
  }
  watched.misses = seen.ok || late ? 0 : watched.misses + 1;
  const reason =
    watched.misses >= probesToLose ? `no good answer to ${watched.misses} probes: ${seen.text}` : '';
  return { watched, reason };
}

/** Watches a running server; returns why it has to be replaced, or an empty text when the signal says stop. */
export async function watchServer(options: {
  pid: number;
  monitorPort: number;
  signal: AbortSignal;
}): Promise<string> {
  const { pid, monitorPort } = options;
  const found = new AbortController();
  const signal = AbortSignal.any([options.signal, found.signal]);
  let watched = newlyWatched(performance.now());
  let reason = '';
  const note = (seen: Look) => {
    const next = look(watched, seen, performance.now());
    watched = next.watched;
    if (next.reason === '' || signal.aborted) return;
    reason = next.reason;
    found.abort();
  };
  using stat = new ProcFile(threadStatFile(pid));
  using _looks = openBeat(lookEveryMs, () =>
    note({ kind: 'state', letter: statFields(stat.read())[0] ?? '' }),
  );
  while (await pause(watched.misses === 0 ? untilBeat(probeEveryMs, Date.now()) : 0, signal)) {
    const asked = performance.now();
    const health = await askHealth(monitorPort, probeTimeoutMs, signal);
    const ok = health.kind === 'ok';
    if (signal.aborted) break;
    // What fails at once is not asked again at once.
    if (!ok) await pause(probeTimeoutMs - (performance.now() - asked), signal);
    note({ kind: 'probe', ok, text: health.kind === 'ok' ? '' : health.text });
  }
  return options.signal.aborted ? '' : reason;
}

/** False when the signal cut it short. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(Math.max(0, ms), true, { signal }).catch(() => false);
}
