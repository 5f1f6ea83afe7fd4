import type { EventKind, LiveEvent } from '../../../protocol/event.ts';
import type { JournalFile } from './journal-file.ts';
import { encodeRecord } from './record.ts';
import { ShedList, shedOrder } from './shed-list.ts';

export interface Need {
  events: number;
  bytes: number;
}

export const noNeed: Need = { events: 0, bytes: 0 };

/** Of what a journal holds, an eighth more is shed than has to be. */
export const spareOf = ({ events, bytes }: Need): Need => ({
  events: Math.ceil(events / 8),
  bytes: Math.ceil(bytes / 8),
});

export interface MakeRoomOptions {
  files: readonly JournalFile[];
  /** To be kept next. */
  batch: readonly LiveEvent[];
  /** What has to go for all of it to be kept. */
  need: Need;
  /** What goes beyond, so that the next batches find a place. */
  spare: Need;
  /** A file is smaller by so many bytes and events. */
  onShed: (file: JournalFile, gone: Need) => void;
  /** A file cannot be written anew; another may. */
  onError: (file: JournalFile, error: unknown) => void;
}

/**
 * Lets events go until there is a place, least worth first, of one worth the oldest first: those in the files, then those of the batch.
 * Returns what is left of the batch, and what was taken out of it; whether there is a place now is for the caller to see.
 */
export async function makeRoom(
  options: MakeRoomOptions,
): Promise<{ kept: readonly LiveEvent[]; shed: ShedList }> {
  const { files, batch, spare, onShed, onError } = options;
  const need = { ...options.need };
  const shed = new ShedList();
  let kept = batch;
  const isMet = (extra: Need = noNeed) => need.events + extra.events <= 0 && need.bytes + extra.bytes <= 0;
  const take = (gone: Need) => {
    need.events -= gone.events;
    need.bytes -= gone.bytes;
  };
  for (const kinds of shedOrder) {
    for (const file of files) {
      if (isMet(spare) || file.countOf(kinds) === 0) continue;
      try {
        const gone = await shedFrom(file, kinds, {
          events: need.events + spare.events,
          bytes: need.bytes + spare.bytes,
        });
        take(gone);
        onShed(file, gone);
      } catch (error) {
        onError(file, error);
      }
    }
    if (isMet()) break;
    const left: LiveEvent[] = [];
    for (const event of kept) {
      if (isMet() || !kinds.includes(event.kind)) left.push(event);
      else {
        shed.add(event);
        take({ events: 1, bytes: bytesOf([event]) });
      }
    }
    kept = left;
    if (isMet()) break;
  }
  return { kept, shed };
}

async function shedFrom(file: JournalFile, kinds: readonly EventKind[], need: Need): Promise<Need> {
  const before = file.size;
  let events = 0;
  let bytes = 0;
  const gone = new Map<EventKind, number>();
  await file.shed(({ kind }, size) => {
    if ((events >= need.events && bytes >= need.bytes) || !kinds.includes(kind)) return false;
    events += 1;
    bytes += size;
    gone.set(kind, (gone.get(kind) ?? 0) + 1);
    return true;
  });
  for (const [kind, count] of gone) file.count(kind, -count);
  return { events, bytes: before - file.size };
}

export const bytesOf = (events: readonly LiveEvent[]): number =>
  events.reduce((sum, event) => sum + Buffer.byteLength(encodeRecord(event)), 0);
