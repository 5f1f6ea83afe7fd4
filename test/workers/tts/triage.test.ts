import t from 'tap';
import { triage } from '../../../workers/tts/triage.ts';
import { makeSegment } from './make-segment.ts';

const now = 1_000_000;
const context = { now, deliveries: 1, stopping: false };
const fresh = { expiresAt: now + 1 };

void t.test('triage() lets an ordinary segment be spoken, with its text made fit', async (t) => {
  const segment = makeSegment({ ...fresh, text: '你好[比心]' });
  t.same(triage(segment, context), { kind: 'speak', text: '你好' });
});

void t.test('triage() drops a segment only after its time', async (t) => {
  t.same(triage(makeSegment({ expiresAt: now - 1 }), context), { kind: 'missing', reason: 'expired' });
  t.equal(triage(makeSegment({ expiresAt: now }), context).kind, 'speak');
});

void t.test(
  'triage() gives a segment up that was handed out fifty times, which no planned replacements explain',
  async (t) => {
    t.same(triage(makeSegment(fresh), { ...context, deliveries: 1_001 }), {
      kind: 'missing',
      reason: 'poison',
    });
    t.equal(triage(makeSegment(fresh), { ...context, deliveries: 1_000 }).kind, 'speak');
  },
);

void t.test('triage() speaks only what is urgent when the show stops', async (t) => {
  const stopping = { ...context, stopping: true };
  t.equal(triage(makeSegment({ ...fresh, priority: 'urgent' }), stopping).kind, 'speak');
  for (const priority of ['normal', 'idle'] as const) {
    t.same(triage(makeSegment({ ...fresh, priority }), stopping), { kind: 'missing', reason: 'stopping' });
  }
});

void t.test('triage() says why a text is not spoken', async (t) => {
  const say = (text: string) => triage(makeSegment({ ...fresh, text }), context);
  t.same(say('😀'), { kind: 'missing', reason: 'nothing to say' });
  t.same(say('这太长了，'.repeat(101)), { kind: 'missing', reason: 'longer than 500 characters' });
  t.same(say('长'.repeat(10_000)), { kind: 'missing', reason: 'longer than 500 characters' });
  t.equal(say('这不算长，'.repeat(100)).kind, 'speak');
});
