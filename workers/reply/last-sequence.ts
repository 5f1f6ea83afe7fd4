import { jetstreamManager } from '@nats-io/jetstream';
import type { Bus } from '../bus.ts';
import { delay } from '../delay.ts';
import type { Logger } from '../logger.ts';

export interface LastSequenceOptions {
  bus: Pick<Bus, 'connection'>;
  stream: string;
  log: Logger;
  signal: AbortSignal;
}

/** The sequence of the last message that a stream was given, kept or not: one request. Throws only when the signal says stop. */
export async function lastSequence({ bus, stream, log, signal }: LastSequenceOptions): Promise<number> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const manager = await jetstreamManager(bus.connection, { checkAPI: false, timeout: 2_000 });
      return (await manager.streams.info(stream)).state.last_seq;
    } catch (error) {
      log.warn({ err: error, stream }, 'no word about a stream, asking again');
      await delay(50, signal);
    }
  }
}
