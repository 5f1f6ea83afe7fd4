import type { SupervisorState } from '../protocol/ipc.ts';
import type { Bucket } from '../protocol/streams.ts';
import { openConsoleBus } from './operator.ts';

const deadlineMs = 3_000;

/**
 * What a bucket holds under these keys now; nothing of those that have nothing, and nothing at all when the bus does not answer in
 * time, or `read` throws.
 */
export async function readBucket<Value>(
  home: string,
  state: SupervisorState,
  {
    bucket: name,
    keys,
    read,
  }: { bucket: Bucket; keys: string[]; read: (value: Uint8Array, key: string) => Value },
): Promise<Value[]> {
  if (keys.length === 0) return [];
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), deadlineMs);
  try {
    await using bus = await openConsoleBus(home, state, deadlineMs);
    const bucket = await Promise.race([bus.bucket(name), late.promise]);
    if (!bucket) return [];
    const entries = await Promise.race([
      Promise.all(keys.map(async (key) => await bucket.get(key))),
      late.promise,
    ]);
    return (entries ?? []).flatMap((entry) =>
      entry?.operation === 'PUT' ? [read(entry.value, entry.key)] : [],
    );
  } catch {
    // What it is for shows everything else all the same.
    return [];
  } finally {
    clearTimeout(timer);
  }
}
