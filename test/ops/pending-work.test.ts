import { jetstream } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import { encode } from '../../protocol/codec.ts';
import { eventConsumer } from '../../protocol/streams.ts';
import { audioSubject, eventSubject, speechSubject } from '../../protocol/subjects.ts';
import { readPendingWork } from '../../ops/pending-work.ts';
import { openBus } from '../../workers/open-bus.ts';
import { liveEvent } from '../support/events.ts';
import { accessTo, startNats } from '../support/nats.ts';
import { chunkOf, playheadOf, segmentOf } from '../workers/audio/fixtures.ts';
import { makeSegment } from '../workers/tts/make-segment.ts';

void t.test('readPendingWork() tells what nobody has acknowledged yet', async (t) => {
  const { url } = await startNats(t);
  const { signal } = new AbortController();
  const log = pino({ level: 'silent' });
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  const seqs: number[] = [];
  for (const id of ['a', 'b', 'c']) {
    const event = liveEvent({ id });
    const options = { msgId: id, signal };
    const { seq } = await bus.publish(eventSubject('demo', 'chat'), 'event', event, options);
    seqs.push(seq);
    const segment = makeSegment({ id: `u:${id}/0`, utteranceId: `u:${id}` });
    const causes = [{ eventId: id, kind: 'chat' as const, paid: false, merged: false }];
    await bus.publish(
      speechSubject('demo', 'normal'),
      'segment',
      { ...segment, causes, priority: 'normal' },
      {
        msgId: segment.id,
        signal,
      },
    );
  }
  const js = jetstream(bus.connection);
  const ackFirst = async (stream: string, name: string) => {
    const message = await (await js.consumers.get(stream, name)).next({ expires: 10_000 });
    await message?.ackAck();
  };
  await ackFirst('EVENTS', eventConsumer('demo'));
  await ackFirst('SPEECH', 'tts-normal');
  const { isBeforeReply, unspoken } = await readPendingWork(bus, signal);
  t.same(
    seqs.map((seq) => isBeforeReply('demo', seq)),
    [false, true, true],
  );
  t.ok(isBeforeReply('elsewhere', 1), 'nobody has begun with it');
  t.same(unspoken, new Set(['b', 'c']));
});

void t.test('readPendingWork() finds answers that are made and not played yet', async (t) => {
  const { url } = await startNats(t);
  const { signal } = new AbortController();
  const log = pino({ level: 'silent' });
  await using bus = await openBus({ access: accessTo(url), name: 'test', log, signal });
  for (const id of ['played', 'over', 'waits']) {
    const chunk = chunkOf(segmentOf(id, 0, { expiresAt: Date.now() + 600_000 }));
    await bus.publish(audioSubject('demo'), 'chunk', chunk, { msgId: chunk.id, signal });
  }
  t.same((await readPendingWork(bus, signal)).unspoken, new Set(['played', 'over', 'waits']));
  const playhead = playheadOf({ resumeSeq: 2, ended: ['u:over'] });
  await (await bus.bucket('playhead')).put('demo', encode('playhead', playhead));
  t.same((await readPendingWork(bus, signal)).unspoken, new Set(['waits']));
});
