/** Appends to a journal that is full, as fast as it can, and prints what it has kept; until somebody ends it. */
import { Journal } from '../../../../workers/ingest/journal/journal.ts';
import { likeEvent, liveEvent, paidEvent } from '../../../support/events.ts';

const [folder = ''] = process.argv.slice(2);
let shed = 0;
let count = 0;
const journal = await Journal.open({
  folder,
  onFound: () => undefined,
  onDamage: ({ error }) => {
    throw error;
  },
  onShed: (events) => (shed += events),
  onBytes: () => undefined,
  maxEvents: 400,
  fileBytes: 20_000,
});
for (;;) {
  const gift = { ...paidEvent(), id: `demo:douyin:gift-${++count}` };
  const batch = [
    ...Array.from({ length: 20 }, () => likeEvent()),
    ...(count < 350 ? [gift] : []),
    liveEvent({}),
  ];
  await journal.append(batch);
  process.stdout.write(`${JSON.stringify({ kept: batch.map(({ id }) => id), shed })}\n`);
}
