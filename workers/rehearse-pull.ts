import type { Consumer, JetStreamClient } from '@nats-io/jetstream';
import type { BusOutage } from './bus-outage.ts';
import { endPull } from './end-pull.ts';
import { pullMessages } from './pull-messages.ts';

/** No consumer has this name; who works on a stream may ask it all the same (`protocol/roles.ts`). */
const rehearsalConsumer = 'rehearsal';

const longestMs = 150;
const little = { max_messages: 4, expires: 1_000, idle_heartbeat: 500 };

export interface RehearsalOptions {
  js: JetStreamClient;
  /** Its handle is made like this one's. */
  like: Consumer;
  /** As `Bus.work` asks, or as `Bus.take` does. */
  how: 'work' | 'take';
  outage: BusOutage;
}

/**
 * Asks a consumer that is not there for messages, as the real one is asked later: the client's code for it is loaded then, for which a
 * promoted spare would need some 8 ms (seen). Never throws.
 */
export async function rehearsePull({ js, like, how, outage }: RehearsalOptions): Promise<void> {
  const info = await like.info(true);
  const config = { ...info.config, name: rehearsalConsumer, durable_name: rehearsalConsumer };
  const consumer = js.consumers.getConsumerFromInfo({ ...info, name: rehearsalConsumer, config });
  const messages = pullMessages({
    open: async () => (how === 'take' ? await consumer.fetch(little) : await consumer.consume(little)),
    end: (flow) => void endPull(flow),
    once: true,
    // Nobody answers.
    onLost: () => undefined,
    outage,
    signal: AbortSignal.timeout(longestMs),
  });
  for await (const _ of messages);
}
