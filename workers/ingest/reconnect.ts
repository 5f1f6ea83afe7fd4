import type { ConnectionPolicy, TroubleClass } from './connection-policy.ts';
import { SourceError } from './source.ts';

/** How one attempt at a room ended. `reason` is for people. */
export type AttemptEnd =
  /** An open connection ended; `alive`: the room had said something, so that earlier failures are forgiven. */
  | {
      kind: 'lost';
      class: TroubleClass;
      reason: string;
      alive: boolean;
      /** The least wait that the other side asked for. */
      waitMs: number;
      /** Connected, but nothing came. */
      silent?: boolean;
      /** Given up by us for a new one, with new credentials: nothing is wrong with it. */
      renewed?: boolean;
    }
  | { kind: 'failed'; class: TroubleClass; reason: string }
  /** The platform refuses this client. */
  | { kind: 'blocked'; reason: string }
  | { kind: 'offline'; reason: string }
  | { kind: 'ended'; reason: string }
  | { kind: 'not-found'; reason: string };

/** Attempts in a row that came to nothing, and that were refused. */
export interface Trouble {
  failures: number;
  blocks: number;
}

export const noTrouble: Trouble = { failures: 0, blocks: 0 };

/** Who was let in and heard the room is let in again: nothing that was learned makes the next wait longer than this. */
const aliveMostMs = 5_000;

export interface AttemptContext {
  policy: ConnectionPolicy;
  /** From 0 up to 1. */
  random: number;
  /** What has been learned of this room makes a wait longer, never above the second number. */
  learn?: (waitMs: number, mostMs: number) => number;
}

/**
 * When to try again. It never gives up and never hurries: after trouble as the policy says for its class and the number of failures in
 * a row, ± 25 % so that many rooms do not come at once; a room off the air is asked again after `offlinePollMs` to twice that; a
 * refusal is tried once more at once, and then ever more rarely, because every try makes it worse.
 */
export function nextAttempt(
  trouble: Trouble,
  end: AttemptEnd,
  { policy, random, learn = (waitMs) => waitMs }: AttemptContext,
): { trouble: Trouble; waitMs: number } {
  const { offlinePollMs, blockedMs, blockedMostMs } = policy;
  const jittered = (ms: number) => Math.round(ms * (0.75 + random * 0.5));
  const backoff = (cause: TroubleClass, failures: number, learnedMostMs = Infinity) => {
    const waitMs = retryDelay(policy, cause, failures);
    const mostMs = Math.max(waitMs, Math.min(policy.delays[cause].mostMs, learnedMostMs));
    return jittered(learn(waitMs, mostMs));
  };
  switch (end.kind) {
    case 'lost': {
      if (end.renewed) return { trouble: noTrouble, waitMs: 0 };
      const failures = (end.alive ? 0 : trouble.failures) + 1;
      const waitMs = Math.max(backoff(end.class, failures, end.alive ? aliveMostMs : Infinity), end.waitMs);
      return { trouble: { failures, blocks: 0 }, waitMs };
    }
    case 'failed': {
      const failures = trouble.failures + 1;
      return { trouble: { ...trouble, failures }, waitMs: backoff(end.class, failures) };
    }
    case 'blocked': {
      const blocks = trouble.blocks + 1;
      const waitMs =
        blocks === 1 ? 0 : jittered(Math.min(blockedMs * 2 ** Math.min(blocks - 2, 20), blockedMostMs));
      return { trouble: { failures: trouble.failures + 1, blocks }, waitMs };
    }
    case 'offline':
    case 'ended':
      return { trouble: noTrouble, waitMs: Math.round(offlinePollMs * (1 + random)) };
    case 'not-found':
      return { trouble: noTrouble, waitMs: jittered(blockedMs) };
  }
}

/** The delay before the next try after `failures` (from 1) in a row of this class, without jitter. */
export function retryDelay(policy: ConnectionPolicy, cause: TroubleClass, failures: number): number {
  const { growth, firstMs, mostMs } = policy.delays[cause];
  const ms = growth === 'linear' ? firstMs * failures : firstMs * 2 ** Math.min(failures - 1, 20);
  return Math.min(ms, mostMs);
}

const maxCauses = 8;

/** The class of an error that a source threw: its own, `network` when the system says so somewhere among the causes, else `system`. */
export function classOf(error: unknown): TroubleClass {
  let cause: unknown = error;
  for (let depth = 0; depth < maxCauses && cause instanceof Error; depth++) {
    if (cause instanceof SourceError) return cause.code;
    if (isNetwork(cause)) return 'network';
    cause = cause.cause;
  }
  return 'system';
}

/** Codes of the system, of the resolver, and of undici. */
const networkCode =
  /^(E(CONN\w+|PIPE|NOTFOUND|AI_\w+|(HOST|NET)(UNREACH|DOWN)|ADDRNOTAVAIL|TIMEDOUT|PROTO)|UND_ERR_\w+|ERR_(TLS|SSL)_\w+|CERT_\w+)$/;

function isNetwork(error: Error): boolean {
  if (error.name === 'TimeoutError') return true;
  return 'code' in error && typeof error.code === 'string' && networkCode.test(error.code);
}
