import { statSync } from 'node:fs';
import type { IncidentRecord } from './incidents/incident-record.ts';
import { seconds } from './incidents/seconds.ts';
import type { Signal } from './incidents/signal.ts';
import { readOpenIncidents } from './incident-file.ts';
import { readState, stateFile } from './state-file.ts';

/** What the supervisor before this one has left to be told. */
export interface LastRun {
  /** That it did not stop in order; none: it did, or there was none. */
  signals: Signal[];
  /** Incidents that it had open. */
  openIncidents: IncidentRecord[];
}

/** For before this one writes anything. `ended`: what had to be ended, as one would call it. `now` in unix milliseconds. */
export async function readLastRun(home: string, ended: string[], now: number): Promise<LastRun> {
  return { signals: cutShort(home, ended, now), openIncidents: await readOpenIncidents(home) };
}

/**
 * One that says that it works, and has ended, was killed, or lost its power. One that was stopping had been asked to end, and is told of
 * only if it left something behind.
 */
function cutShort(home: string, ended: string[], now: number): Signal[] {
  const state = readState(home);
  const wasUp = state?.state === 'on-air' || state?.state === 'starting';
  if (!state || (!wasUp && ended.length === 0)) return [];
  // Written every other second at least, so that is about when it ended.
  const lastSeenAt = Math.min(now, statSync(stateFile(home), { throwIfNoEntry: false })?.mtimeMs ?? now);
  const seen = `last seen ${state.state} ${new Date(lastSeenAt).toISOString()}, ${seconds(now - lastSeenAt)} before this start`;
  const left =
    ended.length === 0 ? 'it left no process behind' : `ended what it had left: ${ended.join(', ')}`;
  return [
    {
      at: now,
      component: 'supervisor',
      child: '',
      kind: 'cut-short',
      detail: `pid ${state.pid}, ${seen}; ${left}`,
      figures: { detectionMs: Math.round(now - lastSeenAt), leftovers: ended.length },
    },
  ];
}
