import { getEventListeners, once } from 'node:events';
import type { JsMsg } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import { noOrigin } from '../../../protocol/codec.ts';
import type { Priority, Segment } from '../../../protocol/speech.ts';
import { priorities } from '../../../protocol/speech.ts';
import type { Delivery } from '../../../workers/delivery.ts';
import type { SegmentSource } from '../../../workers/tts/speech-desk.ts';
import { SpeechDesk } from '../../../workers/tts/speech-desk.ts';
import { makeSegment } from './make-segment.ts';

/** A bus that has some segments of each priority, all there from the start. */
class FakeSource implements SegmentSource {
  readonly waiting: Record<Priority, Delivery<Segment>[]> = { urgent: [], normal: [], idle: [] };
  given = 0;
  /** Given back, by utterance. */
  readonly returned: string[] = [];

  constructor(perPriority: number) {
    for (const [rank, priority] of priorities.entries()) {
      for (let number = 0; number < perPriority; number++) {
        const body = makeSegment({ priority, utteranceId: `${priority}-${number}` });
        const nak = () => this.returned.push(body.utteranceId);
        const message = { nak } as Partial<JsMsg> as JsMsg;
        this.waiting[priority].push({
          body,
          origin: noOrigin,
          seq: rank * 1_000 + number + 1,
          deliveries: 1,
          message,
        });
      }
    }
  }

  async certain(): Promise<void> {}

  async *take(...[, consumer, , options]: Parameters<SegmentSource['take']>): AsyncGenerator<never> {
    const waiting = this.waiting[consumer.slice('tts-'.length) as Priority];
    const some = waiting.splice(0, options.maxMessages);
    this.given += some.length;
    yield* some as never[];
    const { signal, waitMs } = options;
    if (waitMs === undefined || some.length > 0 || signal.aborted) return;
    await Promise.race([once(signal, 'abort'), this.ended.promise]);
  }

  /** Ends the requests that stand, as the bus does after `waitMs`. */
  readonly ended = Promise.withResolvers<void>();
}

function makeDesk(
  source: FakeSource,
  treat: (delivery: Delivery<Segment>, giveUp: AbortSignal) => Promise<void>,
  acknowledge: (delivery: Delivery<Segment>) => Promise<void> = async () => undefined,
  { handOver = false, finishMs = 60_000 } = {},
) {
  const stop = new AbortController();
  const drain = new AbortController();
  const states: { held: number; queued: number; busy: number }[] = [];
  const desk = new SpeechDesk({
    source,
    slots: 2,
    treat,
    acknowledge,
    draining: drain.signal,
    handOver: () => handOver,
    finishMs,
    signal: stop.signal,
    log: pino({ level: 'silent' }),
    onChange: (state) => states.push(state),
  });
  return { desk, stop, drain, states };
}

void t.test('run() treats urgent segments first, and never more at once than there are slots', async (t) => {
  const source = new FakeSource(6);
  const order: string[] = [];
  let busy = 0;
  const { desk, drain, states } = makeDesk(source, async ({ body }) => {
    busy += 1;
    t.ok(busy <= 2);
    await new Promise(setImmediate);
    order.push(body.utteranceId);
    busy -= 1;
    if (order.length < 18) return;
    drain.abort();
    source.ended.resolve();
  });
  await desk.run();
  t.equal(new Set(order).size, 18);
  const lastUrgent = order.findLastIndex((id) => id.startsWith('urgent'));
  const firstIdle = order.findIndex((id) => id.startsWith('idle'));
  t.ok(lastUrgent < firstIdle, order.join(' '));
  t.same(states.at(-1), { held: 0, queued: 0, busy: 0 });
});

void t.test('run() asks for no more than it has room for', async (t) => {
  const source = new FakeSource(50);
  const { desk, stop } = makeDesk(source, async () => {
    // Slots that never come back: what is taken now is all that is ever taken.
    await once(stop.signal, 'abort');
  });
  const running = desk.run();
  while (source.given < 14) await new Promise(setImmediate);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  t.equal(source.given, 14, 'two at work, and four of each priority');
  stop.abort();
  source.ended.resolve();
  await running;
});

void t.test('run() goes on after a segment that could not be treated', async (t) => {
  const source = new FakeSource(2);
  let treated = 0;
  const { desk, drain } = makeDesk(source, async () => {
    treated += 1;
    if (treated === 6) {
      drain.abort();
      source.ended.resolve();
    }
    throw new Error('cannot be published');
  });
  await desk.run();
  t.equal(treated, 6);
});

void t.test(
  'run() after a drain first takes what is left on the bus, then ends without listeners',
  async (t) => {
    const source = new FakeSource(20);
    let treated = 0;
    const { desk, drain, stop } = makeDesk(source, async () => {
      treated += 1;
    });
    drain.abort();
    await desk.run();
    t.equal(treated, 60);
    t.equal(getEventListeners(stop.signal, 'abort').length, 0);
    t.equal(getEventListeners(drain.signal, 'abort').length, 0);
  },
);

void t.test('run() treats a segment once that the bus gives out twice', async (t) => {
  const source = new FakeSource(0);
  const body = makeSegment();
  const message = {} as Partial<JsMsg> as JsMsg;
  source.waiting.normal.push(
    { body, origin: noOrigin, seq: 1, deliveries: 1, message },
    { body, origin: noOrigin, seq: 1, deliveries: 2, message },
  );
  let treated = 0;
  const { desk, drain } = makeDesk(source, async () => {
    treated += 1;
    await new Promise(setImmediate);
  });
  drain.abort();
  await desk.run();
  t.equal(treated, 1);
});

void t.test(
  'run() gives a slot its next segment while an ack has no answer, and waits for the ack at its end',
  async (t) => {
    const source = new FakeSource(4);
    const answer = Promise.withResolvers<void>();
    let treated = 0;
    let ended = false;
    const { desk, drain, states } = makeDesk(
      source,
      async () => {
        treated += 1;
      },
      async () => await answer.promise,
    );
    drain.abort();
    const running = desk.run().then(() => (ended = true));
    while (treated < 12) await new Promise(setImmediate);
    t.same(states.at(-1), { held: 12, queued: 0, busy: 0 });
    t.equal(ended, false);
    answer.resolve();
    await running;
    t.same(states.at(-1), { held: 0, queued: 0, busy: 0 });
  },
);

void t.test('run() does not acknowledge what could not be treated', async (t) => {
  const source = new FakeSource(1);
  const { desk, drain } = makeDesk(
    source,
    async () => await Promise.reject(new Error('cannot be published')),
    async () => t.fail('acknowledged') as never,
  );
  drain.abort();
  await desk.run();
  t.equal(source.given, 3);
});

void t.test(
  'run() that hands over finishes what is begun, and gives everything else back at once',
  async (t) => {
    const source = new FakeSource(10);
    const go = Promise.withResolvers<void>();
    const treated: string[] = [];
    const { desk, drain, states } = makeDesk(
      source,
      async ({ body }) => {
        treated.push(body.utteranceId);
        await go.promise;
      },
      undefined,
      { handOver: true },
    );
    const running = desk.run();
    while (source.given < 14) await new Promise(setImmediate);
    drain.abort();
    t.equal(source.returned.length, 12, 'what waited for a slot');
    go.resolve();
    source.ended.resolve();
    await running;
    t.equal(treated.length, 2);
    t.equal(new Set([...treated, ...source.returned]).size, source.given, 'each went one way only');
    t.same(states.at(-1), { held: 0, queued: 0, busy: 0 });
  },
);

void t.test('run() that hands over gives back what takes too long', async (t) => {
  const source = new FakeSource(1);
  const { desk, drain } = makeDesk(
    source,
    async (_, giveUp) => {
      await once(giveUp, 'abort');
      giveUp.throwIfAborted();
    },
    async () => t.fail('acknowledged') as never,
    { handOver: true, finishMs: 1 },
  );
  const running = desk.run();
  while (source.given < 3) await new Promise(setImmediate);
  drain.abort();
  source.ended.resolve();
  await running;
  t.same(source.returned.toSorted(), ['idle-0', 'normal-0', 'urgent-0']);
});
