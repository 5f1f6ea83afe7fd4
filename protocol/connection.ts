/**
 * How everybody of ours connects to the bus. The client's own defaults give up after 10 tries and notice a half-open socket after
 * six minutes; these never give up and notice it after 3 × 1 s.
 */
export const connectionDefaults = {
  maxReconnectAttempts: -1,
  reconnectTimeWait: 50,
  reconnectJitter: 50,
  pingInterval: 1_000,
  maxPingOut: 2,
  waitOnFirstConnect: true,
  timeout: 5_000,
} as const;
