import { jetstreamManager } from '@nats-io/jetstream';
import { audioSubject } from '../../protocol/subjects.ts';
import type { Bus } from '../bus.ts';

/** Sequence of the latest chunk of a room, 0 when there is none: one request. Throws when the bus does not answer in time. */
export async function findLastChunk(
  { connection }: Pick<Bus, 'connection'>,
  room: string,
  timeoutMs: number,
): Promise<number> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false, timeout: timeoutMs });
  const message = await streams.getMessage('AUDIO', { last_by_subj: audioSubject(room) });
  return message?.seq ?? 0;
}
