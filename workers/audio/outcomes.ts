import { outcomeId } from '../../protocol/ids.ts';
import type { Outcome } from '../../protocol/speech.ts';
import type { Ending } from './line.ts';

/** The ledger's entries for an utterance that has ended, each with its message id: one per cause, or one for an idle line. */
export function toOutcomes(ending: Ending, room: string, at: number): { msgId: string; outcome: Outcome }[] {
  const { utteranceId, what, reason, text, causes } = ending;
  const base = { room, utteranceId, reason, text, at, by: 'audio', nickname: '' };
  if (causes.length === 0) {
    const outcome: Outcome = {
      ...base,
      what: what === 'spoken' ? 'aired' : what,
      eventId: '',
      eventKind: '',
      paid: false,
    };
    return [{ msgId: outcomeId(utteranceId), outcome }];
  }
  return causes.map(({ eventId, kind, paid, merged }) => ({
    msgId: outcomeId(eventId),
    outcome: {
      ...base,
      what: what === 'spoken' && merged ? 'merged' : what,
      eventId,
      eventKind: kind,
      paid,
    },
  }));
}
