/** A `line` was written for this; `idle` was part of the script, and is heard again. */
export interface Candidate {
  key: string;
  kind: 'line' | 'idle';
}

/** So many others are heard before one comes again, if there are twice as many. */
const mostRest = 20;
const drawnFrom = 3;

/**
 * What to play next. One that was just heard rests until half of the others were heard, so that none comes twice in a row as long as
 * there are two; of the rest the other kind than the last goes first, and of these one of those that were heard longest ago. `plays`:
 * keys, the latest last; `random` in [0, 1).
 */
export function chooseFiller<Each extends Candidate>(
  candidates: readonly Each[],
  plays: readonly string[],
  random: number,
): Each | undefined {
  const playedAt = new Map(plays.map((key, index) => [key, index]));
  const age = ({ key }: Each) => playedAt.get(key) ?? -1;
  const byAge = candidates.toSorted((a, b) => age(a) - age(b));
  const rest = Math.min(mostRest, Math.floor(byAge.length / 2));
  const played = byAge.filter((each) => age(each) >= 0);
  const resting = new Set(rest === 0 ? [] : played.slice(-rest));
  const awake = byAge.filter((each) => !resting.has(each));
  const last = played.at(-1)?.kind;
  const other = awake.filter(({ kind }) => kind !== last);
  const among = other.length > 0 ? other : awake;
  return among[Math.floor(random * Math.min(drawnFrom, Math.ceil(among.length / 2)))];
}
