import { headers } from '@nats-io/transport-node';
import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { archivedBuckets, archivedStreams } from '../../../ops/backup/archived-streams.ts';
import { contentOf, toRecord } from '../../../ops/backup/message-record.ts';
import { openOwnBus } from '../../../ops/backup/own-bus.ts';
import { StoredMessages } from '../../../ops/backup/stored-messages.ts';
import { encode } from '../../../protocol/codec.ts';
import { outcomeId } from '../../../protocol/ids.ts';
import { setUpBus } from '../../../supervisor/bus-setup.ts';
import { liveEvent } from '../../support/events.ts';

/** Does something to the streams of a home in which nothing runs. */
export async function inHome<Result>(
  home: string,
  act: (connection: NatsConnection) => Promise<Result>,
): Promise<Result> {
  await using bus = await openOwnBus(home);
  return await act(bus.connection);
}

/** Puts so many events with their outcomes into a home, and something of everything else. */
export async function fill(home: string, { from, count }: { from: number; count: number }): Promise<void> {
  await inHome(home, async (connection) => {
    await setUpBus(connection);
    const js = jetstream(connection, { timeout: 20_000 });
    const publish = async (subject: string, msgId: string, data: Uint8Array) => {
      const head = headers();
      head.set('Onair-Text', '你好，世界');
      await js.publish(subject, data, { msgID: msgId, headers: head });
    };
    for (let number = from; number < from + count; number++) {
      const event = liveEvent({ id: `demo:douyin:${number}`, expiresAt: Date.now() + 60_000 });
      await publish('live.demo.event.chat', event.id, encode('event', event));
      const outcome = {
        what: 'skipped' as const,
        room: 'demo',
        eventId: event.id,
        eventKind: event.kind,
        paid: false,
        utteranceId: '',
        reason: 'no rule',
        text: '你好',
        at: Date.now(),
        by: 'reply',
        nickname: '小明',
      };
      await publish('live.demo.outcome.skipped', outcomeId(event.id), encode('outcome', outcome));
    }
    await publish('live.demo.event.chat', `not-ours-${from}`, Buffer.from('not ours'));
    await publish('dead.EVENTS', `dead-${from}`, Buffer.alloc(900_000, from));
    const rooms = await new Kvm(connection).open('rooms');
    await rooms.put('demo', Buffer.from(`wanted ${from}`));
    await rooms.put(`gone-${from}`, Buffer.from('for a moment'));
    await rooms.delete(`gone-${from}`);
  });
}

/** Subject, headers and payload of everything in a home, by stream. */
export async function contentsOf(home: string): Promise<Record<string, string[]>> {
  return await inHome(home, async (connection) => {
    const stored = await StoredMessages.open(connection);
    const { signal } = new AbortController();
    const contents: Record<string, string[]> = {};
    for (const stream of [...archivedBuckets, ...archivedStreams]) {
      const { lastSeq } = await stored.look(stream);
      const messages = await Array.fromAsync(stored.read(stream, { fromSeq: 1, upToSeq: lastSeq, signal }));
      contents[stream] = messages.map((message) => contentOf(toRecord(stream, message)));
    }
    return contents;
  });
}
