import { jetstream } from '@nats-io/jetstream';
import { pino } from 'pino';
import t from 'tap';
import { eventConsumer } from '../../protocol/streams.ts';
import { eventSubject, speechSubject } from '../../protocol/subjects.ts';
import { readPendingWork } from '../../ops/pending-work.ts';
import { openBus } from '../../workers/open-bus.ts';
import { liveEvent } from '../support/events.ts';
import { accessTo, startNats } from '../support/nats.ts';
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
