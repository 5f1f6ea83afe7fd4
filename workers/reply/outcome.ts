import type { LiveEvent } from '../../protocol/event.ts';
import { isPaid } from '../../protocol/event.ts';
import { outcomeId } from '../../protocol/ids.ts';
import type { Outcome, OutcomeKind } from '../../protocol/speech.ts';
import { outcomeSubject } from '../../protocol/subjects.ts';
import type { Bus } from '../bus.ts';

/** What became of an event that is not answered, and why. */
export interface Verdict {
  what: OutcomeKind;
  reason: string;
}

/** Writes down what became of an event; returns once it is safe. A second outcome of an event is dropped by the bus. */
export async function publishOutcome(
  bus: Pick<Bus, 'publish'>,
  event: LiveEvent,
  { what, reason }: Verdict,
  signal: AbortSignal,
): Promise<void> {
  const outcome: Outcome = {
    what,
    room: event.room,
    eventId: event.id,
    eventKind: event.kind,
    paid: isPaid(event.kind),
    utteranceId: '',
    reason,
    text: event.kind === 'chat' ? event.text : '',
    at: Date.now(),
    by: 'reply',
    nickname: event.viewer?.nickname ?? '',
  };
  await bus.publish(outcomeSubject(event.room, what), 'outcome', outcome, {
    msgId: outcomeId(event.id),
    signal,
  });
}
