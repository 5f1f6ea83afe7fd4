import t from 'tap';
import { decodeLine, encodeRecord, recordsIn } from '../../../../workers/ingest/journal/record.ts';
import { liveEvent } from '../../../support/events.ts';

const lineOf = (text: string): Buffer => Buffer.from(text).subarray(0, -1);

void t.test('decodeLine() gives back what encodeRecord() wrote, whatever a viewer is called', async (t) => {
  for (const nickname of ['小明', 'a\nb\u2028c"\\', '👩‍🚀', '\ud800'.toWellFormed()]) {
    const event = liveEvent({ nickname });
    const record = encodeRecord(event);
    t.equal(record.indexOf('\n'), record.length - 1, 'one line');
    t.same(decodeLine(lineOf(record)).event, event);
  }
});

void t.test('decodeLine() refuses a line in which any byte was changed', async (t) => {
  const line = lineOf(encodeRecord(liveEvent({})));
  let taken = 0;
  for (let at = 0; at < line.length; at++) {
    const changed = Buffer.from(line);
    changed[at] = (changed[at] ?? 0) ^ 0x01;
    if (decodeLine(changed).event) taken += 1;
  }
  t.equal(taken, 0);
  for (let length = 0; length < line.length; length++) {
    if (decodeLine(line.subarray(0, length)).event) taken += 1;
  }
  t.equal(taken, 0);
});

void t.test('recordsIn() finds the lines after a damaged one, and leaves half a line', async (t) => {
  const [one, two] = [liveEvent({}), liveEvent({})];
  const whole = `${encodeRecord(one)}garbage\n\n${encodeRecord(two)}`;
  const found = [...recordsIn(Buffer.from(`${whole}0123abcd {"id":`))];
  t.same(
    found.map(({ event }) => event?.id),
    [one.id, undefined, undefined, two.id],
  );
  t.equal(found.at(-1)?.end, Buffer.byteLength(whole));
});
