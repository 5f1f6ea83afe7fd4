import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const timeoutMs = 1_000;

/** The sequence of the last message in EVENTS with such a subject; 0 when there is none. One question, one answer. Throws when there is no answer. */
export async function lastEventSeq(connection: NatsConnection, filter: string): Promise<number> {
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: timeoutMs });
  const found = await manager.streams.getMessage('EVENTS', { last_by_subj: filter });
  return found?.seq ?? 0;
}
