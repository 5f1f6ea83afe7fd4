import type { Manifest } from './archive.ts';
import { toRecord } from './message-record.ts';
import type { StoredMessages } from './stored-messages.ts';

/**
 * Whether an archive's sequences are those of these streams: none lacks what it had reached, and the messages that it knows last, where
 * they are still there, are the same. At least one has to be; with none to compare, nobody knows.
 */
export async function areSameStreams(
  archived: Manifest['streams'],
  stored: Pick<StoredMessages, 'look' | 'read'>,
  signal: AbortSignal,
): Promise<boolean> {
  let same = 0;
  for (const [name, { mark, upTo }] of Object.entries(archived)) {
    const { lastSeq } = await stored.look(name);
    if (lastSeq < upTo) return false;
    if (mark.seq === 0) continue;
    for await (const message of stored.read(name, { fromSeq: mark.seq, upToSeq: mark.seq, signal })) {
      if (toRecord(name, message).time !== mark.time) return false;
      same += 1;
    }
  }
  return same > 0;
}
