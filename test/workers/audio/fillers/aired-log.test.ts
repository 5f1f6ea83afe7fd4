import { once } from 'node:events';
import t from 'tap';
import type { Outcome } from '../../../../protocol/speech.ts';
import type { Bus } from '../../../../workers/bus.ts';
import { AiredLog } from '../../../../workers/audio/fillers/aired-log.ts';
import { airingId } from '../../../../workers/audio/fillers/airing-id.ts';

function open({ held = Promise.resolve() } = {}) {
  const outcomes: { outcome: Outcome; msgId: string }[] = [];
  const stop = new AbortController();
  const aborted = once(stop.signal, 'abort');
  const publish = async (_subject: string, _type: string, outcome: unknown, { msgId }: { msgId: string }) => {
    await Promise.race([held, aborted]);
    stop.signal.throwIfAborted();
    outcomes.push({ outcome: outcome as Outcome, msgId });
    return { seq: outcomes.length, duplicate: false };
  };
  const counters: Record<string, number> = {};
  const bus = { publish } as unknown as Pick<Bus, 'publish'>;
  return {
    log: new AiredLog({ room: 'demo', bus, counters, signal: stop.signal }),
    outcomes,
    counters,
    stop,
  };
}

void t.test('AiredLog writes down each airing as heard when it was, once', async (t) => {
  const { log, outcomes } = open();
  const utteranceId = airingId('k', 1_234_567);
  log.add({ utteranceId, text: '慢慢看。' });
  await log.settled();
  t.strictSame(outcomes, [
    {
      msgId: `o:${utteranceId}`,
      outcome: {
        what: 'aired',
        room: 'demo',
        utteranceId,
        reason: 'filler',
        text: '慢慢看。',
        at: 1_234_567,
        by: 'audio',
        nickname: '',
        eventId: '',
        eventKind: '',
        paid: false,
      },
    },
  ]);
});

void t.test(
  'AiredLog keeps ten thousand while the bus is away, in order, and counts what falls off',
  async (t) => {
    const back = Promise.withResolvers<void>();
    const { log, outcomes, counters } = open({ held: back.promise });
    for (let n = 0; n < 10_050; n++) log.add({ utteranceId: airingId('k', n), text: '' });
    back.resolve();
    await log.settled();
    const ats = outcomes.map(({ outcome }) => outcome.at);
    t.ok(ats.length >= 10_000 && ats.length <= 10_001, `${ats.length}`);
    t.equal(ats.at(-1), 10_049);
    t.strictSame(
      ats,
      ats.toSorted((a, b) => a - b),
    );
    t.equal(counters['fillers.unwritten'], 10_050 - ats.length);
  },
);

void t.test('AiredLog ends when the signal says stop', async (t) => {
  const { log, outcomes, stop } = open({ held: new Promise(() => undefined) });
  log.add({ utteranceId: 'filler:k:1', text: '' });
  log.add({ utteranceId: 'filler:k:2', text: '' });
  stop.abort();
  await log.settled();
  t.strictSame(outcomes, []);
});
