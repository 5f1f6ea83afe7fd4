import type { JsMsg } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import { noOrigin } from '../../../protocol/codec.ts';
import type { AudioChunk, Segment } from '../../../protocol/speech.ts';
import type { Delivery } from '../../../workers/delivery.ts';
import { openCounters } from '../../../workers/tts/counters.ts';
import type { SpeechRequest } from '../../../workers/tts/engine.ts';
import type { ChunkSink, Speaker } from '../../../workers/tts/segment-treatment.ts';
import { SegmentTreatment } from '../../../workers/tts/segment-treatment.ts';
import { SynthesisFailedError } from '../../../workers/tts/synthesiser.ts';
import { makeSegment } from './make-segment.ts';
import { makeSound } from './make-sound.ts';

interface Situation {
  speak?: Speaker['speak'];
  loseAcks?: boolean;
  isPoison?: boolean;
}

const speakWell: Speaker['speak'] = async () => ({ sound: makeSound(1_500), engine: 'fake', note: '' });

function makeTreatment({ speak = speakWell, loseAcks = false, isPoison = false }: Situation = {}) {
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
  const { signal } = new AbortController();
  const treatment = new SegmentTreatment({
    bus,
    speaker: { engineName: 'wanted', speak },
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
    speak: async (request, signal) => {
      voices.push(request.voice);
      return await speakWell(request, signal);
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
  const speak: Speaker['speak'] = async () => {
    throw new SynthesisFailedError('gsv: unreachable; embedded: rejected (no sound) ×2');
  };
  const { bringToEnd, deliver, done, chunks, counters } = makeTreatment({ speak });
  await bringToEnd(deliver(makeSegment()));
  t.match(chunks[0], {
    missingReason: 'failed: gsv: unreachable; embedded: rejected (no sound) ×2',
    engine: 'wanted',
  });
  t.equal(done.at(-1), 'ack');
  t.match(counters, { segments: 1, missing: 1, spoken: 0 });
});

void t.test('treat() spends no work on poison, and is not suspected of it', async (t) => {
  const speak: Speaker['speak'] = async () => t.fail('synthesised') as never;
  const { bringToEnd, deliver, chunks, done } = makeTreatment({ speak, isPoison: true });
  await bringToEnd(deliver(makeSegment()));
  t.equal(chunks[0]?.missingReason, 'poison');
  t.match(done, [/^live/, 'treated', 'ack']);
});

void t.test(
  'treat() leaves a segment unacknowledged when something other than the voice is broken',
  async (t) => {
    const speak: Speaker['speak'] = async () => await Promise.reject(new Error('a bug'));
    const { bringToEnd, deliver, done } = makeTreatment({ speak });
    await t.rejects(bringToEnd(deliver(makeSegment())), /a bug/);
    t.same(done, ['begin', 'end']);
  },
);

void t.test('treat() names who spoke, and asks for what it was opened with', async (t) => {
  const asked: SpeechRequest[] = [];
  const { bringToEnd, deliver, chunks } = makeTreatment({
    speak: async (request) => {
      asked.push(request);
      return { sound: makeSound(1_500), engine: 'embedded', note: 'voice embedded, after gsv: busy' };
    },
  });
  await bringToEnd(deliver(makeSegment({ text: '只要39.9元！' })));
  t.match(asked, [{ speed: 1, loudness: { targetLufs: -16, peakDbtp: -1 }, voice: 'cmn' }]);
  t.match(asked[0]?.text, /三十九/, 'as it is spoken');
  t.equal(chunks[0]?.engine, 'embedded');
  t.equal(chunks[0]?.note, 'voice embedded, after gsv: busy');
});

void t.test('treat() leaves a segment to a successor when it is told to give up', async (t) => {
  const giveUp = new AbortController();
  const speak: Speaker['speak'] = async (request, signal) => {
    giveUp.abort(new Error('a successor does it'));
    signal.throwIfAborted();
    return await speakWell(request, signal);
  };
  const { bringToEnd, deliver, done, counters } = makeTreatment({ speak });
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
