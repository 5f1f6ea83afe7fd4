import { z } from 'zod';
import { readFault } from './fault.ts';
import { describeIssues, readItem } from './item.ts';
import type { ScheduledAct } from './schedule.ts';
import { SeededRandom } from './seeded-random.ts';
import { readStreak, streakItems } from './streak.ts';

const lineSchema = z.looseObject({ atMs: z.int().min(0), kind: z.string() });

/**
 * Reads a script: a list of `{atMs, kind, ...}` in any order, where kind is one of an item, `streak`, `fault` (with the
 * fault in `fault`), `end-broadcast` or `new-broadcast`.
 *
 * @throws {TypeError} telling the line that is wrong, counted from 0, and why.
 */
export function readScript(input: unknown, { seed, startSecond }: ScriptOptions): ScheduledAct[] {
  if (!Array.isArray(input))
    throw new TypeError('Cannot read the script: it must be a list of {atMs, kind, ...}');
  const random = new SeededRandom(seed);
  return input
    .flatMap((line: unknown, index) => {
      try {
        return readLine(line, startSecond, random);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new TypeError(`Cannot read the script at [${index}]: ${reason}`, { cause });
      }
    })
    .toSorted((one, other) => one.atMs - other.atMs);
}

export type ScriptOptions = { readonly seed: number; readonly startSecond: number };

function readLine(line: unknown, startSecond: number, random: SeededRandom): ScheduledAct[] {
  const read = lineSchema.safeParse(line);
  if (!read.success) throw new TypeError(describeIssues(read.error));
  const { atMs, ...act } = read.data;
  switch (act.kind) {
    case 'streak': {
      const groupId = `${startSecond + Math.floor(atMs / 1000)}`;
      const items = streakItems(readStreak(act), groupId, random);
      return items.map((step) => ({ atMs: atMs + step.atMs, do: 'say', item: step.item }));
    }
    case 'fault':
      return [{ atMs, do: 'fault', fault: readFault(act['fault']) }];
    case 'end-broadcast':
    case 'new-broadcast':
      return [{ atMs, do: act.kind }];
    default:
      return [{ atMs, do: 'say', item: readItem(act) }];
  }
}
