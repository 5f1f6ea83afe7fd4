import type { ConsumerMessages } from '@nats-io/jetstream';
import type { Subscription } from '@nats-io/transport-node';

/** While the bus is away there is nothing on its way. */
const mostMs = 500;

/**
 * Ends a pull without leaving to nobody what the server has sent for it already: one round trip later everything has arrived, and the
 * pull ends after it. Merely stopped, it would forget those messages, and the server would give them out again only after the ack wait.
 */
export async function endPull(messages: ConsumerMessages): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, mostMs);
  await Promise.race([subscriptionOf(messages)?.drain(), timer.promise]).catch(() => undefined);
  clearTimeout(timeout);
  messages.stop();
}

/** The library keeps it to itself. */
function subscriptionOf(messages: ConsumerMessages): Pick<Subscription, 'drain'> | undefined {
  return (messages as { sub?: Pick<Subscription, 'drain'> }).sub;
}
