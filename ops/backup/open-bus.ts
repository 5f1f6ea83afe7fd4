import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bus } from '../../workers/bus.ts';
import { openOperatorBus, openStoredBus, runningState } from '../operator.ts';

const connectTimeoutMs = 20_000;

/** A bus to read a home's streams from: the running one with the operator's key, or a server of our own over what is stored. */
export async function openHomeBus(
  home: string,
  signal: AbortSignal,
): Promise<{ bus: Bus; onAir: boolean } & AsyncDisposable> {
  const running = runningState(home);
  if (running.running) {
    if (running.state.nats.pid === 0)
      throw new Error('Cannot read the bus: it is an outside cluster, which has backups of its own');
    // The client itself waits for ever for a server.
    const bus = await inTime(openOperatorBus(home, running.state, signal), signal);
    return { bus, onAir: true, [Symbol.asyncDispose]: async () => await bus[Symbol.asyncDispose]() };
  }
  if (!existsSync(join(home, 'jetstream'))) throw new Error(`There is nothing to back up. ${running.why}`);
  const stored = await openStoredBus(home, signal);
  return {
    bus: stored.bus,
    onAir: false,
    [Symbol.asyncDispose]: async () => await stored[Symbol.asyncDispose](),
  };
}

async function inTime(opening: Promise<Bus>, signal: AbortSignal): Promise<Bus> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)]);
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new Error('Cannot reach the running bus', { cause: limit.reason as unknown }));
  limit.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([opening, promise]);
  } catch (error) {
    // Too late to be of use.
    void opening.then(
      async (bus) => await bus.connection.close(),
      () => undefined,
    );
    throw error;
  } finally {
    limit.removeEventListener('abort', onAbort);
  }
}
