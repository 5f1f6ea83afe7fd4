import type { NatsConnection } from '@nats-io/transport-node';
import { delay } from './delay.ts';
import type { Logger } from './logger.ts';

/** The connection to the bus was lost while something was under way; whether the server took it is not known. */
export class BusLostError extends Error {
  override name = 'BusLostError';
  readonly code = 'bus-lost';
}

/**
 * Whether the bus is there. A request whose answer was lost with the connection would otherwise wait for its whole timeout, although
 * the server may be back in a tenth of a second. Listeners are removed as soon as their wait is over: this lives as long as the worker.
 */
export class BusOutage {
  #away = false;
  readonly #onLost = new Set<() => void>();
  readonly #onBack = new Set<() => void>();

  get isAway(): boolean {
    return this.#away;
  }

  lost(): void {
    this.#away = true;
    for (const tell of this.#onLost) tell();
  }

  back(): void {
    this.#away = false;
    for (const tell of this.#onBack) tell();
  }

  /** The answer, or BusLostError as soon as the connection is lost. */
  async orLost<Answer>(request: Promise<Answer>): Promise<Answer> {
    const { promise, reject } = Promise.withResolvers<never>();
    const tell = () => reject(new BusLostError('The connection to the bus was lost'));
    this.#onLost.add(tell);
    try {
      return await Promise.race([request, promise]);
    } finally {
      this.#onLost.delete(tell);
      // Its own failure may come later, when nobody waits for it any more.
      request.catch(() => undefined);
    }
  }

  /** Waits for the bus, `mostMs` at most; at once when it is there. */
  async untilBack(mostMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#away) return;
    const waiting = new AbortController();
    const tell = () => waiting.abort();
    this.#onBack.add(tell);
    await delay(mostMs, AbortSignal.any([signal, waiting.signal]));
    this.#onBack.delete(tell);
  }
}

/** Follows what becomes of the connection, until it is closed for good. */
export async function watchConnection(
  connection: NatsConnection,
  outage: BusOutage,
  log: Logger,
): Promise<void> {
  for await (const status of connection.status()) {
    // Each try to connect again is told, some thirty times a second.
    if (status.type === 'ping' || status.type === 'reconnecting') continue;
    if (status.type === 'disconnect') outage.lost();
    if (status.type === 'reconnect') outage.back();
    const level = status.type === 'disconnect' || status.type === 'error' ? 'warn' : 'info';
    const detail = 'error' in status ? String(status.error) : undefined;
    log[level]({ bus: status.type, detail }, 'bus status');
  }
}
