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
const toleratedJumpMs = 50;
const turnsAfterJump = 32;
/** Longer than the longest wait before a server is tried again. */
const lagMs = 300;

/**
 * How often a lost bus is tried again. Ten processes that each try thirty times a second keep two cores busy, and the server that
 * they wait for starts four times slower (0.5 s were seen); so they try now and then, until somebody who knows says that it is there.
 */
export class ReconnectPace {
  /** For the client's options. */
  readonly options = { reconnectDelayHandler: () => this.#nextMs() };
  #hurryUntil = 0;
  #wallOffset = Date.now() - performance.now();
  #setBackMs = 0;
  #turnsAfterJump = 0;
  #lagUntil = 0;

  /** The server is said to be there, at one of these addresses: what waits for its next try makes it now. */
  hurry(connection: { setServers(servers: string[]): void } | undefined, servers: string[]): void {
    this.#hurryUntil = performance.now() + hurryForMs;
    connection?.setServers(servers.map((server) => server.replace('nats://', '')));
    // The library keeps it to itself; where it is called otherwise one day, the next try comes a little later.
    (
      connection as { protocol?: { dialDelay?: { cancel?: () => void } } } | undefined
    )?.protocol?.dialDelay?.cancel?.();
  }

  #nextMs(): number {
    return this.#usualMs() - this.#lagMs();
  }

  #usualMs(): number {
    if (performance.now() < this.#hurryUntil) return hurriedMs;
    const { reconnectTimeWait, reconnectJitter } = connectionDefaults;
    return reconnectTimeWait + Math.random() * reconnectJitter;
  }

  /**
   * The library counts from when it last tried by the wall clock: set back by hours, it would try nothing for hours. Each server has
   * then been tried once, at a time that is right again, after so many turns and so long: turns fly by while others are refused.
   */
  #lagMs(): number {
    const offset = Date.now() - performance.now();
    const setBackMs = this.#wallOffset - offset;
    this.#wallOffset = offset;
    if (setBackMs > toleratedJumpMs) {
      this.#setBackMs = setBackMs;
      this.#turnsAfterJump = turnsAfterJump;
      this.#lagUntil = performance.now() + lagMs;
    }
    this.#turnsAfterJump = Math.max(0, this.#turnsAfterJump - 1);
    return this.#turnsAfterJump > 0 || performance.now() < this.#lagUntil ? this.#setBackMs : 0;
  }
}
