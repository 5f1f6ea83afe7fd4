import type { KV } from '@nats-io/kv';
import { decodeWanted, encodeWanted, wantedKey } from '../../protocol/wanted.ts';

/** Somebody else who says something about the same room at the same time: both are heard, one after the other. */
const tries = 20;

/** Whether a room is wanted, as far as anybody has said; without a word it is. */
export async function readWanted(bucket: Pick<KV, 'get'>, room: string): Promise<boolean> {
  const entry = await bucket.get(wantedKey(room));
  return entry?.operation !== 'PUT' || (decodeWanted(entry.string())?.wanted ?? true);
}

/** Says whether a room is wanted; false: it was so already, and nothing was changed. Throws when the bus does not answer. */
export async function setWanted(
  bucket: Pick<KV, 'get' | 'create' | 'update'>,
  room: string,
  { wanted, by, now = Date.now() }: { wanted: boolean; by: string; now?: number },
): Promise<boolean> {
  const key = wantedKey(room);
  for (let attempt = 1; ; attempt++) {
    const entry = await bucket.get(key);
    const known = entry?.operation === 'PUT' ? (decodeWanted(entry.string())?.wanted ?? true) : true;
    if (known === wanted) return false;
    try {
      const record = encodeWanted({ wanted, at: now, by });
      await (entry ? bucket.update(key, record, entry.revision) : bucket.create(key, record));
      return true;
    } catch (error) {
      if (attempt >= tries || !isRevisionWrong(error)) throw error;
    }
  }
}

/** JetStream's "wrong last sequence": the entry is another one by now. */
function isRevisionWrong(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 10_071;
}
