import type { JsMsg } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import { noOrigin } from '../../../protocol/codec.ts';
import type { AudioChunk, Segment } from '../../../protocol/speech.ts';
import type { Delivery } from '../../../workers/delivery.ts';
import { openCounters } from '../../../workers/tts/counters.ts';
import type { Engine } from '../../../workers/tts/engine.ts';
import type { ChunkSink } from '../../../workers/tts/segment-treatment.ts';
import { SegmentTreatment } from '../../../workers/tts/segment-treatment.ts';
import { SoundCache } from '../../../workers/tts/sound-cache.ts';
import { Synthesiser } from '../../../workers/tts/synthesiser.ts';
import { makeSegment } from './make-segment.ts';
import { makeSound } from './make-sound.ts';

interface Situation {
  synthesise?: Engine['synthesise'];
  loseAcks?: boolean;
  isPoison?: boolean;
}

function makeTreatment({
  synthesise = async () => makeSound(1_500),
  loseAcks = false,
  isPoison = false,
}: Situation = {}) {
  /** What was done, in order. */
  const done: string[] = [];
  const chunks: AudioChunk[] = [];
  const bus: ChunkSink = {
    refused: 0,
    async publish(subject, _type, body, { msgId }) {
      done.push(`${subject} ${msgId}`);
      chunks.push(body as AudioChunk);
    },
  };
  let termed = false;
  const message = {
    ackAck: async () => {
      if (termed) return false;
      done.push('ack');
      if (loseAcks) throw new Error('no answer');
      return true;
    },
    term() {
      termed = true;
      done.push('term');
    },
  } as Partial<JsMsg> as JsMsg;
  const counters = openCounters({});
  const log = pino({ level: 'silent' });
  const engine: Engine = {
    name: 'fake',
    slots: 1,
    warmUp: async () => undefined,
    synthesise,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const cache = new SoundCache({ maxBytes: 1_000_000, ttlMs: 60_000 });
  const synthesiser = new Synthesiser({ engine, cache, attempts: 1, timeoutMs: 60_000, counters, log });
  const { signal } = new AbortController();
  const treatment = new SegmentTreatment({
    bus,
    synthesiser,
    voice: 'cmn',
    speed: 1,
    loudness: { targetLufs: -16, peakDbtp: -1 },
    childId: 'tts-1',
    counters,
    isPoison: () => isPoison,
    holdTreated() {
      done.push('begin');
      return { [Symbol.dispose]: () => done.push('end') };
    },
    isStopping: () => false,
    signal,
    log,
  });
  const deliver = (segment: Segment, deliveries = 1): Delivery<Segment> => ({
    body: segment,
    origin: noOrigin,
    seq: 1,
    deliveries,
    message,
  });
  const bringToEnd = async (delivery: Delivery<Segment>, giveUp = signal): Promise<void> => {
    await treatment.treat(delivery, giveUp);
    done.push('treated');
    await treatment.acknowledge(delivery);
  };
  return { bringToEnd, deliver, done, chunks, counters, bus };
}

void t.test('treat() publishes the sound before it acknowledges the segment', async (t) => {
  const { bringToEnd, deliver, done, chunks, counters } = makeTreatment();
  await bringToEnd(deliver(makeSegment()));
  t.match(done, ['begin', 'end', /^live\.demo\.audio u:demo:douyin:1\/0#tts-1-\w+-1\.0$/, 'treated', 'ack']);
  t.equal(chunks[0]?.engine, 'fake');
  t.match(counters, { segments: 1, spoken: 1, missing: 0 });
});

void t.test('treat() asks for the voice of the segment, else for the configured one', async (t) => {
  const voices: string[] = [];
  const { bringToEnd, deliver } = makeTreatment({
    synthesise: async ({ voice }) => {
      voices.push(voice);
      return makeSound(1_500);
    },
  });
  await bringToEnd(deliver(makeSegment({ id: 'a', voice: 'yue' })));
  await bringToEnd(deliver(makeSegment({ id: 'b' })));
  t.same(voices, ['yue', 'cmn']);
});

void t.test('treat() only acknowledges a segment again whose ack was lost', async (t) => {
  const { bringToEnd, deliver, done, counters } = makeTreatment({ loseAcks: true });
  await bringToEnd(deliver(makeSegment()));
  await bringToEnd(deliver(makeSegment(), 2));
  t.same(done.slice(3), ['treated', 'ack', 'treated', 'ack']);
  t.match(counters, { segments: 1, ackFailures: 2 });
});

void t.test('treat() says that the engine failed', async (t) => {
  const synthesise: Engine['synthesise'] = async () => await Promise.reject(new Error('engine broke'));
  const { bringToEnd, deliver, done, chunks, counters } = makeTreatment({ synthesise });
  await bringToEnd(deliver(makeSegment()));
  t.equal(chunks[0]?.missingReason, 'failed: engine broke');
  t.equal(done.at(-1), 'ack');
  t.match(counters, { segments: 1, missing: 1, failures: 1 });
});

void t.test('treat() spends no work on poison, and is not suspected of it', async (t) => {
  const synthesise: Engine['synthesise'] = async () => t.fail('synthesised') as never;
  const { bringToEnd, deliver, chunks, done } = makeTreatment({ synthesise, isPoison: true });
  await bringToEnd(deliver(makeSegment()));
  t.equal(chunks[0]?.missingReason, 'poison');
  t.match(done, [/^live/, 'treated', 'ack']);
});

void t.test('treat() leaves a segment to a successor when it is told to give up', async (t) => {
  const giveUp = new AbortController();
  const synthesise: Engine['synthesise'] = async (_, signal) => {
    giveUp.abort(new Error('a successor does it'));
    signal.throwIfAborted();
    return makeSound(1_500);
  };
  const { bringToEnd, deliver, done, counters } = makeTreatment({ synthesise });
  await t.rejects(bringToEnd(deliver(makeSegment()), giveUp.signal), /a successor does it/);
  t.same(done, ['begin', 'end'], 'nothing is published, nothing is acknowledged');
  t.match(counters, { segments: 0, missing: 0 });
});

void t.test('treat() ends a segment whose room cannot be a room', async (t) => {
  const { bringToEnd, deliver, done, bus } = makeTreatment();
  await bringToEnd(deliver(makeSegment({ room: 'a.>' })));
  t.same(done, ['term', 'treated']);
  t.equal(bus.refused, 1);
});
