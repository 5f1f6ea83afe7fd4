import t from 'tap';
import { Unfinished } from '../../../ops/backup/unfinished.ts';
import type { Outcome, Segment } from '../../../protocol/speech.ts';

/** A sentence of an utterance that answers these events. */
function segment(utteranceId: string, index: number, causes: string[]): Segment {
  return {
    id: `${utteranceId}/${index}`,
    room: 'demo',
    utteranceId,
    index,
    last: false,
    text: '谢谢。',
    priority: 'urgent',
    voice: '',
    causes: causes.map((eventId, place) => ({ eventId, kind: 'gift', paid: true, merged: place > 0 })),
    createdAt: 0,
    expiresAt: 0,
    script: [],
    idleScript: '',
  };
}

const outcome = (eventId: string, utteranceId: string, what: Outcome['what'] = 'spoken') => ({
  eventId,
  utteranceId,
  what,
});

void t.test('Unfinished leaves an event to reply until it has a segment or an outcome', (t) => {
  const unfinished = new Unfinished();
  for (const [index, id] of ['answered', 'skipped', 'waiting', 'waiting'].entries())
    unfinished.addEvent({ id }, index + 1);
  unfinished.addSegment(segment('u:answered', 0, ['answered']), 1);
  unfinished.addOutcome(outcome('skipped', '', 'skipped'));
  unfinished.addOutcome(outcome('unknown', '', 'skipped'));
  t.same(unfinished.events, new Set([3, 4]));
  t.end();
});

void t.test('Unfinished leaves a segment to tts until its utterance has ended', (t) => {
  const unfinished = new Unfinished();
  unfinished.addSegment(segment('u:a', 0, ['a']), 1);
  unfinished.addSegment(segment('u:a', 1, ['a']), 2);
  unfinished.addSegment(segment('u:b', 0, ['b']), 3);
  unfinished.addSegment(segment('i:1', 0, []), 4);
  unfinished.addSegment(segment('i:2', 0, []), 5);
  unfinished.addOutcome(outcome('a', 'u:a'));
  unfinished.addOutcome(outcome('', 'i:1', 'aired'));
  t.same(unfinished.segments, new Set([3, 5]));
  t.ok(unfinished.isSettled('u:a') && unfinished.isSettled('i:1'));
  t.notOk(unfinished.isSettled('u:b') || unfinished.isSettled('i:2'));
  t.same(unfinished.halfSettled, []);
  t.end();
});

void t.test('Unfinished tells what was heard and not written down for every event', (t) => {
  const unfinished = new Unfinished();
  for (const index of [0, 1]) unfinished.addSegment(segment('u:a', index, ['a', 'b']), index + 1);
  unfinished.addSegment(segment('u:c', 0, ['c', 'd']), 3);
  unfinished.addOutcome(outcome('a', 'u:a'));
  unfinished.addOutcome(outcome('c', 'u:c', 'expired'));
  t.same(unfinished.halfSettled, [{ room: 'demo', utteranceId: 'u:a', nextIndex: 2 }]);
  t.same(unfinished.segments, new Set([1, 2, 3]), 'their sound is what makes the audio worker settle them');
  unfinished.addOutcome(outcome('b', 'u:a', 'merged'));
  t.same(unfinished.halfSettled, []);
  t.same(unfinished.segments, new Set([3]));
  t.end();
});
