import type { SourceParts } from '../source.ts';

type Parts = Pick<SourceParts, 'room' | 'tally' | 'faults'>;

/** What `read` makes of a message; a message that it throws for costs only itself: it is counted and reported. */
export function readSafely<Result>(
  { room, tally, faults }: Parts,
  name: string,
  read: () => Result,
): Result | undefined {
  try {
    return read();
  } catch (error) {
    tally.count('damagedMessages');
    faults.report(
      'message',
      { err: error, room, message: name.slice(0, 64) },
      'a message that cannot be read',
    );
    return undefined;
  }
}
