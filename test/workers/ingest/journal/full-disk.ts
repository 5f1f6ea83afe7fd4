/**
 * Runs in a mount namespace of its own, where the journal lies on a disk of 1 MB: fills it, and prints what was seen as JSON. The disk
 * goes with the process.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { LiveEvent } from '../../../../protocol/event.ts';
import { Journal } from '../../../../workers/ingest/journal/journal.ts';
import { shedIds } from '../../../../workers/ingest/journal/record.ts';
import { likeEvent, paidEvent } from '../../../support/events.ts';

const [disk = ''] = process.argv.slice(2);
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
let shed = 0;
const open = async () =>
  await Journal.open({
    folder: join(disk, 'demo'),
    onFound: () => undefined,
    onDamage: () => undefined,
    onShed: (events) => (shed += events),
    onBytes: () => undefined,
    fileBytes: 100_000,
  });
const journal = await open();
const accepted: LiveEvent[] = [];
let refused = 0;
for (let batch = 0; batch < 400 && refused < 3; batch++) {
  const events = [
    ...Array.from({ length: 20 }, () => likeEvent()),
    ...Array.from({ length: 10 }, () => paidEvent()),
  ];
  try {
    await journal.append(events);
    accepted.push(...events);
  } catch {
    refused += 1;
  }
}
await journal[Symbol.asyncDispose]();
const next = await open();
const ids: string[] = [];
while (next.hasMore)
  for (const entry of await next.next(100)) {
    ids.push(entry.event.id);
    next.flushed(entry);
  }
const paidIds = new Set(ids);
for (let entry = await next.nextShed(); entry; entry = await next.nextShed()) {
  for (const { id } of shedIds(entry.shed)) ids.push(id);
  next.shedTold(entry);
}
const known = new Set(ids);
const seen = {
  accepted: accepted.length,
  refused,
  shed,
  paidLost: accepted.filter(({ kind, id }) => kind === 'gift' && !paidIds.has(id)).length,
  unaccounted: accepted.filter(({ id }) => !known.has(id)).length,
  twice: ids.length - known.size,
};
console.log(JSON.stringify(seen));
process.exit();
