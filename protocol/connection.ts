/**
 * How everybody of ours connects to the bus. The client's own defaults give up after 10 tries and notice a half-open socket after
 * six minutes; these never give up and notice it after 3 × 1 s. A try on this machine costs next to nothing, and the server is back within a
 * tenth of a second, hence the short waits; `timeout` also bounds a try at a server that accepts and stays silent (stopped, half-open).
 */
export const connectionDefaults = {
  maxReconnectAttempts: -1,
  reconnectTimeWait: 20,
  reconnectJitter: 20,
  reconnectJitterTLS: 1_000,
  pingInterval: 1_000,
  maxPingOut: 2,
  waitOnFirstConnect: true,
  timeout: 3_000,
} as const;
