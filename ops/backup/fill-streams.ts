import { isDeepStrictEqual } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { KV } from '@nats-io/kv';
import { nanos } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { NotOursError, decodeAs, encode } from '../../protocol/codec.ts';
import type { Playhead } from '../../protocol/speech.ts';
import { streams } from '../../protocol/streams.ts';
import { setUpBus } from '../../supervisor/bus-setup.ts';
import { ArchiveError } from './archive.ts';
import { archivedBuckets, archivedStreams } from './archived-streams.ts';
import type { Chain } from './read-chain.ts';
import { readChain } from './read-chain.ts';
import { Contents, readBack } from './read-back.ts';
import { Republisher, shortestWindowMs } from './republish.ts';
import { resumePlayhead } from './resume-playhead.ts';
import { settleConsumers } from './settle-consumers.ts';
import type { Unfinished } from './unfinished.ts';

const requestTimeoutMs = 10_000;
const sayEveryMs = 2_000;

export interface Filled {
  messages: number;
  /** Left for reply and tts: nobody has answered or said them yet. */
  unansweredEvents: number;
  unheardSegments: number;
}

/** Makes everything on an empty bus what it was when the last archive of a chain was made. Throws when it is not the same in the end. */
export async function fillStreams(
  connection: NatsConnection,
  chain: Chain,
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<Filled> {
  await setUpBus(connection);
  const manager = await jetstreamManager(connection, { timeout: requestTimeoutMs });
  for (const { name } of streams)
    await manager.streams.update(name, { duplicate_window: nanos(shortestWindowMs) });

  const published = new Contents();
  const messages = await publishAll(connection, chain, published, { say, signal });
  say(`${messages} messages are in their streams; reading them back`);
  const { at, onAir, result } = chain.manifest.balance;
  const { contents, balance, unfinished } = await readBack(connection, { at, onAir }, signal);
  const difference = contents.differenceFrom(published);
  if (difference !== '') throw new Error(`The restored streams are not what was put in: ${difference}`);
  if (!isDeepStrictEqual(balance, result)) {
    throw new Error(
      `The ledger does not say what it said: ${balance.events} events and ${balance.outcomes} outcomes instead of ${result.events} and ${result.outcomes}`,
    );
  }
  const { events, segments } = unfinished;
  say(`${events.size} events are still to be answered, ${segments.size} sentences still to be said`);
  await settleConsumers(
    connection,
    new Map([
      ['EVENTS', events],
      ['SPEECH', segments],
    ]),
    signal,
  );
  await resumePlayheads(connection, unfinished);
  // Windows and consumers' limits as they have to be.
  await setUpBus(connection);
  return { messages, unansweredEvents: events.size, unheardSegments: segments.size };
}

async function publishAll(
  connection: NatsConnection,
  chain: Chain,
  published: Contents,
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<number> {
  const known = new Set([...archivedBuckets, ...archivedStreams]);
  const republisher = new Republisher(connection, signal);
  const reached = new Map<string, number>();
  let messages = 0;
  let saidAt = performance.now();
  for await (const record of readChain(chain, signal)) {
    const { stream, seq } = record;
    if (!known.has(stream))
      throw new ArchiveError(
        `The archive has messages of ${stream}, a stream that this version does not have`,
      );
    if (seq <= (reached.get(stream) ?? 0))
      throw new ArchiveError(
        `The archives of the chain overlap: message ${seq} of ${stream} is in two of them`,
      );
    reached.set(stream, seq);
    published.add(record);
    await republisher.publish(record);
    messages += 1;
    if (performance.now() - saidAt < sayEveryMs) continue;
    saidAt = performance.now();
    say(`${messages} of at most ${chain.messages} messages`);
  }
  await republisher.flush();
  return messages;
}

async function resumePlayheads(connection: NatsConnection, unfinished: Unfinished): Promise<void> {
  const bucket = await new Kvm(connection).open('playhead');
  const rooms = new Set(unfinished.halfSettled.map(({ room }) => room));
  for await (const room of await bucket.keys()) rooms.add(room);
  for (const room of rooms) {
    const playhead = resumePlayhead(room, await playheadOf(bucket, room), unfinished, Date.now());
    await bucket.put(room, encode('playhead', playhead));
  }
}

/** One that cannot be read is as good as none, for the audio worker too. */
async function playheadOf(bucket: KV, room: string): Promise<Playhead | undefined> {
  const entry = await bucket.get(room);
  if (entry?.operation !== 'PUT') return undefined;
  try {
    return decodeAs('playhead', entry.value);
  } catch (error) {
    if (error instanceof NotOursError) return undefined;
    throw error;
  }
}
