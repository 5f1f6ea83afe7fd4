import type { Balance } from '../ledger.ts';
import type { Comparison } from './compare-events.ts';
import type { Silence } from './longest-silence.ts';
import type { Injury } from './run-plan.ts';

/** What one room has to show. */
export interface RoomEvidence {
  room: string;
  comparison: Comparison;
  silence: Silence;
}

export interface Evidence {
  injuries: Injury[];
  rooms: RoomEvidence[];
  balance: Balance;
  /** Of the supervisor; null when it had to be killed or died. */
  exitCode: number | null;
  /** What went wrong on the way, in sentences. */
  troubles: string[];
}

/** What is promised. */
export interface Limits {
  silenceMs: number;
}

/** Which promises were broken, one sentence each. Pure. */
export function judge({ injuries, rooms, balance, exitCode, troubles }: Evidence, limits: Limits): string[] {
  return [
    ...troubles,
    ...rooms.flatMap(({ room, silence }) =>
      silence.longestMs > limits.silenceMs
        ? [
            `dead air: ${room} was silent for ${seconds(silence.longestMs)} from ${seconds(silence.atMs)} on (at most ${seconds(limits.silenceMs)})`,
          ]
        : [],
    ),
    ...rooms.flatMap(({ room, comparison: { missing, extra } }) => [
      ...some(`lost: ${room} sent what is not in the stream`, missing),
      ...some(`too much: ${room} has events that are not the room's`, extra),
    ]),
    ...judgeLedger(balance),
    ...injuries.flatMap(({ fault, victim, atMs, recoveryMs }) =>
      recoveryMs === null ? [`not healed: ${fault} on ${victim} at ${seconds(atMs)}`] : [],
    ),
    ...(exitCode === 0 ? [] : [`the supervisor did not stop in order (exit code ${exitCode ?? 'none'})`]),
  ];
}

function judgeLedger({ events, lost, twice, paid, lostIds, twiceIds }: Balance): string[] {
  return [
    ...(events === 0 ? ['nothing happened: the stream has no events'] : []),
    ...(lost > 0 ? some(`without outcome: ${lost} events`, lostIds) : []),
    ...(twice > 0 ? some(`with more than one outcome: ${twice} events`, twiceIds) : []),
    ...(paid.other > 0 ? [`unanswered: ${paid.other} of ${paid.events} events that were paid for`] : []),
  ];
}

const shown = 3;

function some(what: string, items: string[]): string[] {
  if (items.length === 0) return [];
  const rest = items.length > shown ? ` and ${items.length - shown} more` : '';
  return [`${what} (${items.length}): ${items.slice(0, shown).join(', ')}${rest}`];
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
