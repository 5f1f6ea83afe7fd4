import t from 'tap';
import { unheardAcks } from '../../supervisor/unheard.ts';

const ack = (consumer: string, seq: number) => `$JS.ACK.EVENTS.${consumer}.1.${seq}.${seq}.0.0`;

void t.test('unheardAcks() gives back what is unanswered and held by nobody', (t) => {
  const span = { stream: 'EVENTS', consumer: 'reply-a', first: 5, last: 8, count: 2 };
  t.same(
    unheardAcks([span], []),
    [5, 6, 7, 8].map((seq) => ack('reply-a', seq)),
  );
  const held = ['$JS.ACK.EVENTS.reply-a.3.6.90.1700000000000.4'];
  t.same(
    unheardAcks([span], held),
    [5, 7, 8].map((seq) => ack('reply-a', seq)),
  );
  t.same(unheardAcks([span], [...held, ack('reply-a', 8)]), [], 'somebody has all of them');
  const elsewhere = [ack('reply-b', 6), ack('reply-b', 7), 'nonsense'];
  t.equal(unheardAcks([span], elsewhere).length, 4, 'what another consumer gave out is another matter');
  t.end();
});

void t.test('unheardAcks() is bounded, and keeps the newest', (t) => {
  const spans = Array.from({ length: 20 }, (_, number) => ({
    stream: 'EVENTS',
    consumer: `reply-${number}`,
    first: 1,
    last: 1_000_000,
    count: 1,
  }));
  const acks = unheardAcks(spans, []);
  t.equal(acks.length, 50_000);
  t.equal(acks.at(-1), ack('reply-19', 1_000_000));
  t.equal(unheardAcks(spans.slice(0, 1), []).length, 10_000);
  t.end();
});
