import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { BusOutage } from './bus-outage.ts';
import { delay } from './delay.ts';

export interface PullOptions {
  /** Opens a flow of messages; undefined: there is nothing more to have. */
  open: () => Promise<ConsumerMessages | undefined>;
  /** How a flow is ended when the signal says stop. */
  end: (messages: ConsumerMessages) => void;
  /** A flow that ended by itself is not followed by another. */
  once: boolean;
  /** A flow broke, or could not be opened; another one is tried. */
  onLost: (error: unknown) => void;
  outage: BusOutage;
  signal: AbortSignal;
}

const retryMs = 50;
const silentHeartbeats = 2;
const mostMs = 1_000;

/** Messages from one flow after the other, over restarts of the server, until the signal says stop. */
export async function* pullMessages(options: PullOptions): AsyncGenerator<JsMsg> {
  const { open, end, once, onLost, outage, signal } = options;
  while (!signal.aborted) {
    let messages: ConsumerMessages | undefined;
    const stop = () => {
      if (messages) end(messages);
    };
    try {
      messages = await open();
      if (!messages) return;
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) messages.stop();
      void endWhenSilent(messages, stop);
      yield* messages;
      if (once) return;
    } catch (error) {
      if (!signal.aborted) onLost(error);
    } finally {
      signal.removeEventListener('abort', stop);
      messages?.stop();
    }
    await outage.untilBack(mostMs, signal);
    await delay(retryMs, signal);
  }
}

/**
 * A flow whose server was silent before the connection broke does not ask again for 7 s after it is back (seen with the library's 3.4):
 * a new one does.
 */
async function endWhenSilent(messages: ConsumerMessages, end: () => void): Promise<void> {
  for await (const status of messages.status()) {
    if (status.type === 'heartbeats_missed' && status.count >= silentHeartbeats) return end();
  }
}
