import type { Outcome, Priority, Segment } from '../../../protocol/speech.ts';
import type { Bus } from '../../../workers/bus.ts';

/** What became of an utterance, as far as anything did. */
export interface Fate {
  utteranceId: string;
  text: string;
  priority: Priority;
  end: Pick<Outcome, 'what' | 'reason' | 'at'> | undefined;
}

/** What was begun before a time (unix milliseconds) and had not ended by then, from what the streams hold now. */
export async function readWaiting(bus: Bus, room: string, at: number, signal: AbortSignal): Promise<Fate[]> {
  const reading = { from: { seq: 1 }, untilEnd: true, signal };
  const begun: Pick<Segment, 'utteranceId' | 'text' | 'priority'>[] = [];
  for await (const { body, message } of bus.read('SPEECH', 'segment', {
    filter: `live.${room}.speech.*`,
    ...reading,
  }))
    if (body.index === 0 && !body.keep && message.info.timestampNanos / 1e6 < at) begun.push(body);
  const outcomes: Outcome[] = [];
  for await (const { body } of bus.read('OUTCOME', 'outcome', {
    filter: `live.${room}.outcome.*`,
    ...reading,
  }))
    outcomes.push(body);
  return fatesOf(begun, outcomes, at);
}

/** Of those begun, the ones that had not ended at a time, each with its first outcome since. Pure. */
export function fatesOf(
  begun: Pick<Segment, 'utteranceId' | 'text' | 'priority'>[],
  outcomes: Pick<Outcome, 'utteranceId' | 'what' | 'reason' | 'at'>[],
  at: number,
): Fate[] {
  const ends = new Map<string, Fate['end']>();
  for (const { utteranceId, what, reason, at: endedAt } of outcomes)
    if (!ends.has(utteranceId)) ends.set(utteranceId, { what, reason, at: endedAt });
  return begun.flatMap(({ utteranceId, text, priority }) => {
    const end = ends.get(utteranceId);
    return end && end.at < at ? [] : [{ utteranceId, text, priority, end }];
  });
}

/** It was heard to its end. */
export function wasHeard({ end }: Fate): boolean {
  return end !== undefined && ['spoken', 'merged', 'aired'].includes(end.what) && end.reason === '';
}

/** It is the script between the answers, which goes on only when there is nothing to answer: in a lively room it may wait for long. */
export function mayStillWait({ end, priority }: Fate): boolean {
  return end === undefined && priority === 'idle';
}
