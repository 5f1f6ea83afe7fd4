/**
 * How everybody of ours connects to the bus. The client's own defaults give up after 10 tries and notice a half-open socket after
 * six minutes; these never give up and notice it after 3 × 1 s. `timeout` also bounds a try at a server that accepts and stays silent
 * (stopped, half-open).
 */
export const connectionDefaults = {
  maxReconnectAttempts: -1,
  reconnectTimeWait: 150,
  reconnectJitter: 100,
  reconnectJitterTLS: 1_000,
  pingInterval: 1_000,
  maxPingOut: 2,
  waitOnFirstConnect: true,
  timeout: 3_000,
} as const;

const hurriedMs = 10;
const hurryForMs = 500;

/**
 * How often a lost bus is tried again. Ten processes that each try thirty times a second keep two cores busy, and the server that
 * they wait for starts four times slower (0.5 s were seen); so they try now and then, until somebody who knows says that it is there.
 */
export class ReconnectPace {
  /** For the client's options. */
  readonly options = { reconnectDelayHandler: () => this.#nextMs() };
  #hurryUntil = 0;

  /** The server is said to be there: what waits for its next try makes it now. */
  hurry(connection: object | undefined): void {
    this.#hurryUntil = performance.now() + hurryForMs;
    // The library keeps it to itself; where it is called otherwise one day, the next try comes a little later.
    (
      connection as { protocol?: { dialDelay?: { cancel?: () => void } } } | undefined
    )?.protocol?.dialDelay?.cancel?.();
  }

  #nextMs(): number {
    if (performance.now() < this.#hurryUntil) return hurriedMs;
    const { reconnectTimeWait, reconnectJitter } = connectionDefaults;
    return reconnectTimeWait + Math.random() * reconnectJitter;
  }
}
