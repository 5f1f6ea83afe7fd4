import { jetstreamManager } from '@nats-io/jetstream';
import type { ConsumerInfo } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import type { Test } from 'tap';
import type { AudioChunk, Segment } from '../../../protocol/speech.ts';
import { maxChunkBytes, priorities } from '../../../protocol/speech.ts';
import { audioSubject, speechSubject } from '../../../protocol/subjects.ts';
import type { Bus } from '../../../workers/bus.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { HostedChild, childOptions } from '../../support/child-host.ts';
import { accessTo, startNats } from '../../support/nats.ts';
import { openFolder } from './cache/sounds.ts';
import { makeSegment } from './make-segment.ts';

void t.test(
  'tts speaks segments of all priorities completely, in order, and acknowledges them',
  async (t) => {
    const { bus, host, signal } = await openStudio(t);
    await host().start();
    const segments = thirtySegments();
    for (const segment of segments) await publish(bus, segment, signal);
    const chunks = await readUntilComplete(bus, segments, signal);

    for (const segment of segments) {
      const own = chunks.filter((chunk) => chunk.segment.id === segment.id);
      t.same(
        own.map(({ index }) => index),
        own.map((_, index) => index),
        'chunks are in the order of their index',
      );
      t.equal(own.filter(({ last }) => last).length, 1);
      t.equal(own.at(-1)?.last, true);
      t.equal(new Set(own.map(({ rendition }) => rendition)).size, 1);
      t.ok(own.every(({ pcm }) => pcm.byteLength > 0 && pcm.byteLength <= maxChunkBytes));
      t.same(own[0]?.segment, { ...segment, script: [] });
      t.equal(own[0]?.sampleRateHz, 22_050);
      t.equal(own[0]?.missingReason, '');
    }
    t.ok(
      chunks.some(({ index }) => index > 0),
      'some segments need more than one chunk',
    );
    await host().waitForCounters((counters) => counters['spoken'] === 30);
    await untilAcknowledged(bus, host());
    t.same(await host().drain(), { code: 0, signal: null });
  },
);

void t.test('tts says why a segment has no sound', async (t) => {
  const { bus, host, signal } = await openStudio(t);
  await host().start();
  const segments = [
    makeSegment({ utteranceId: 'u:late', expiresAt: Date.now() - 1 }),
    makeSegment({ utteranceId: 'u:emoji', text: '😀[比心]' }),
    makeSegment({ utteranceId: 'u:long', text: '这一句话太长了，'.repeat(70) }),
  ];
  for (const segment of segments) await publish(bus, segment, signal);
  const chunks = await readUntilComplete(bus, segments, signal);
  const reasons = Object.fromEntries(chunks.map((chunk) => [chunk.segment.utteranceId, chunk.missingReason]));
  t.same(reasons, {
    'u:late': 'expired',
    'u:emoji': 'nothing to say',
    'u:long': 'longer than 500 characters',
  });
  t.ok(chunks.every(({ pcm, last, index }) => pcm.byteLength === 0 && last && index === 0));
  await untilAcknowledged(bus, host());
});

void t.test('tts refuses what is not a segment, counts it and goes on', async (t) => {
  const { bus, host, signal } = await openStudio(t);
  await host().start();
  const subject = speechSubject('demo', 'urgent');
  bus.connection.publish(subject, 'rubbish');
  const noRoom = makeSegment({ utteranceId: 'u:no-room', room: 'no room', priority: 'urgent' });
  await bus.publish(subject, 'segment', noRoom, { msgId: 'no-room', signal });
  const segment = makeSegment({ priority: 'urgent' });
  await publish(bus, segment, signal);
  const chunks = await readUntilComplete(bus, [segment], signal);
  t.equal(chunks[0]?.missingReason, '');
  await host().waitForCounters((counters) => counters['refused'] === 2 && counters['spoken'] === 1);
  await untilAcknowledged(bus, host());
});

void t.test('tts killed in the middle leaves nothing unspoken to its successor', async (t) => {
  const { bus, host, signal } = await openStudio(t);
  const segments = thirtySegments();
  for (const segment of segments) await publish(bus, segment, signal);
  const first = host();
  await first.start();
  let chunks = 0;
  for await (const _ of bus.read('AUDIO', 'chunk', {
    filter: audioSubject('demo'),
    from: { seq: 1 },
    signal,
  })) {
    chunks += 1;
    if (chunks === 5) break;
  }
  await first.kill();
  t.ok((await pendingOf(bus)) > 0, 'there was work left');

  const second = host();
  await second.start();
  await readUntilComplete(bus, segments, signal);
  await untilAcknowledged(bus, second);
  t.same(await second.drain(), { code: 0, signal: null });
});

void t.test('tts that drains speaks what is urgent, says "stopping" for the rest, and ends', async (t) => {
  const { bus, host, signal } = await openStudio(t);
  const worker = host();
  await worker.start();
  const segments = thirtySegments();
  for (const segment of segments) await publish(bus, segment, signal);
  t.same(await worker.drain(30_000), { code: 0, signal: null });
  const chunks = await readUntilComplete(bus, segments, signal);
  t.equal(await pendingOf(bus), 0);
  for (const { segment, missingReason } of chunks) {
    if (segment.priority === 'urgent') t.equal(missingReason, '');
    else t.ok(['', 'stopping'].includes(missingReason));
  }
  t.ok(chunks.some(({ missingReason }) => missingReason === 'stopping'));
});

interface Studio {
  bus: Bus;
  /** The worker of this moment; a new one when the last has ended. */
  host: () => HostedChild;
  signal: AbortSignal;
}

async function openStudio(t: Test): Promise<Studio> {
  const home = openFolder(t);
  const { url } = await startNats(t);
  const stop = new AbortController();
  const bus = await openBus({
    access: accessTo(url),
    name: 'test',
    log: pino({ level: 'silent' }),
    signal: stop.signal,
  });
  t.teardown(async () => {
    stop.abort();
    await bus[Symbol.asyncDispose]();
  });
  let current: HostedChild | undefined;
  const host = (): HostedChild => {
    if (!current || current.process.signalCode !== null) {
      const options = childOptions({ id: 'tts-1', role: 'tts', home, bus: accessTo(url) });
      current = new HostedChild(t, { entry: 'workers/tts/main.ts', options });
    }
    return current;
  };
  return { bus, host, signal: stop.signal };
}

function thirtySegments(): Segment[] {
  return priorities.flatMap((priority) =>
    Array.from({ length: 10 }, (_, number) =>
      makeSegment({
        utteranceId: `u:${priority}:${number}`,
        priority,
        text: `第${number}位朋友你好，欢迎来到直播间，今天的宝贝都在下方的小黄车里，${priority}。`,
      }),
    ),
  );
}

async function publish(bus: Bus, segment: Segment, signal: AbortSignal): Promise<void> {
  const subject = speechSubject(segment.room, segment.priority);
  await bus.publish(subject, 'segment', segment, { msgId: segment.id, signal });
}

/** All chunks up to the moment at which each segment has a complete rendition. */
async function readUntilComplete(bus: Bus, segments: Segment[], signal: AbortSignal): Promise<AudioChunk[]> {
  const wanted = new Set(segments.map(({ id }) => id));
  const next = new Map<string, number>();
  const chunks: AudioChunk[] = [];
  for await (const { body } of bus.read('AUDIO', 'chunk', {
    filter: audioSubject('demo'),
    from: { seq: 1 },
    signal,
  })) {
    chunks.push(body);
    const expected = next.get(body.rendition) ?? 0;
    if (body.index !== expected) throw new Error(`${body.id} came before its predecessor`);
    next.set(body.rendition, expected + 1);
    if (body.last) wanted.delete(body.segment.id);
    if (wanted.size === 0) break;
  }
  return chunks;
}

async function consumerInfos(bus: Bus): Promise<ConsumerInfo[]> {
  const manager = await jetstreamManager(bus.connection);
  return await Promise.all(
    priorities.map(async (priority) => await manager.consumers.info('SPEECH', `tts-${priority}`)),
  );
}

async function pendingOf(bus: Bus): Promise<number> {
  return (await consumerInfos(bus)).reduce((sum, info) => sum + info.num_pending + info.num_ack_pending, 0);
}

/** Looks again with each heartbeat until nothing is left. */
async function untilAcknowledged(bus: Bus, host: HostedChild): Promise<void> {
  while ((await pendingOf(bus)) > 0) await host.nextHeartbeat();
}
