import type { Balance } from '../ledger.ts';
import type { Comparison } from './compare-events.ts';
import type { Hearing, Misheard } from './hearing.ts';
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
  hearing: Hearing;
  /** Of the supervisor; null when it had to be killed or died. */
  exitCode: number | null;
  /** What went wrong on the way, in sentences. */
  troubles: string[];
}

/** What is promised. */
export interface Limits {
  silenceMs: number;
}

/** For each promise what broke it, one sentence each; nothing when it was kept. */
export interface Verdict {
  neverDeadAir: string[];
  nothingLostOrTwice: string[];
  healsAlone: string[];
}

/** Pure. */
export function judgePromises(evidence: Evidence, limits: Limits): Verdict {
  const { injuries, rooms, balance, hearing, exitCode, troubles } = evidence;
  return {
    neverDeadAir: rooms.flatMap(({ room, silence }) =>
      silence.longestMs > limits.silenceMs
        ? [
            `dead air: ${room} was silent for ${seconds(silence.longestMs)} from ${seconds(silence.atMs)} on (at most ${seconds(limits.silenceMs)})`,
          ]
        : [],
    ),
    nothingLostOrTwice: [
      ...rooms.flatMap(({ room, comparison: { missing, extra } }) => [
        ...some(`lost: ${room} sent what is not in the stream`, missing),
        ...some(`too much: ${room} has events that are not the room's`, extra),
      ]),
      ...judgeLedger(balance),
      ...hearing.twice.map((misheard) => `heard too often: ${describeMisheard(misheard, 'too much')}`),
      ...(hearing.missing ?? []).map((misheard) => `not heard: ${describeMisheard(misheard, 'missing')}`),
    ],
    healsAlone: [
      ...troubles,
      ...injuries.flatMap(judgeInjury),
      ...(exitCode === 0 ? [] : [`the supervisor did not stop in order (exit code ${exitCode ?? 'none'})`]),
    ],
  };
}

/** Which promises were broken, one sentence for each time. Pure. */
export function judge(evidence: Evidence, limits: Limits): string[] {
  const { neverDeadAir, nothingLostOrTwice, healsAlone } = judgePromises(evidence, limits);
  return [...neverDeadAir, ...nothingLostOrTwice, ...healsAlone];
}

function describeMisheard({ room, text, heard, expected, byMs }: Misheard, what: string): string {
  return `"${text}" ${heard} times in ${room}, the ledger has ${expected} (${seconds(byMs)} ${what})`;
}

function judgeInjury({ fault, victim, atMs, recoveryMs, falseKills, orphans }: Injury): string[] {
  const where = `${fault} on ${victim} at ${seconds(atMs)}`;
  return [
    ...(recoveryMs === null ? [`not healed: ${where}`] : []),
    ...some(`killed for nothing: ${where}`, falseKills),
    ...some(`orphans: ${where}`, orphans),
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
