import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';

const maxAtHand = 100;
const stallMs = 10_000;

/**
 * What a consumer has now, to its end. Returns early, without an error, when the bus says nothing for 10 s: whoever needs all of it
 * sees that the end was not reached. The time that the caller takes for a message does not count.
 */
export async function* consumeToEnd(consumer: Consumer, signal: AbortSignal): AsyncGenerator<JsMsg> {
  signal.throwIfAborted();
  if ((await consumer.info()).num_pending === 0) return;
  let messages: ConsumerMessages | undefined;
  const stop = () => messages?.stop();
  signal.addEventListener('abort', stop, { once: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    messages = await consumer.consume({ max_messages: maxAtHand, expires: 5_000, idle_heartbeat: 1_000 });
    if (signal.aborted) stop();
    timer = setTimeout(stop, stallMs);
    for await (const message of messages) {
      clearTimeout(timer);
      yield message;
      if (message.info.pending === 0) return;
      timer = setTimeout(stop, stallMs);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    stop();
  }
  signal.throwIfAborted();
}
