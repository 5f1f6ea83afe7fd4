import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const timeoutMs = 1_000;

/** The last message in EVENTS with such a subject; undefined when there is none. One question, one answer. Throws when there is no answer. */
export async function lastEvent(
  connection: NatsConnection,
  filter: string,
): Promise<{ seq: number; timeMs: number } | undefined> {
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: timeoutMs });
  const found = await manager.streams.getMessage('EVENTS', { last_by_subj: filter });
  return found ? { seq: found.seq, timeMs: found.time.getTime() } : undefined;
}

/** The last sequence of EVENTS, and when the stream was made, in unix milliseconds: one that was damaged is made anew. Throws when there is no answer. */
export async function eventsNow(connection: NatsConnection): Promise<{ lastSeq: number; madeMs: number }> {
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: timeoutMs });
  const { created, state } = await manager.streams.info('EVENTS');
  return { lastSeq: state.last_seq, madeMs: Date.parse(created) };
}

/** Its sequence; 0 when there is none. */
export async function lastEventSeq(connection: NatsConnection, filter: string): Promise<number> {
  return (await lastEvent(connection, filter))?.seq ?? 0;
}
