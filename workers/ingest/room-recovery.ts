import type { Logger } from '../logger.ts';
import { failedAfter } from './connection-state.ts';
import type { Credentials } from './credentials/credentials.ts';
import type { AttemptEnd } from './reconnect.ts';
import type { RoomConnection } from './room-connection.ts';
import type { RoomNotices } from './room-notices.ts';
import type { RoomTroubles } from './room-troubles.ts';
import type { Tally } from './tally.ts';

interface RoomRecoveryOptions {
  room: string;
  credentials: Credentials;
  connection: RoomConnection;
  /** Begins the source anew: nothing is left of what it remembered. */
  renew: () => Promise<void>;
  notices: RoomNotices;
  troubles: RoomTroubles;
  tally: Tally;
  log: Pick<Logger, 'info' | 'warn'>;
  signal: AbortSignal;
  /** How often the cookie file is looked at while the room is refused. */
  lookEveryMs?: number;
}

/** What is done about trouble beyond waiting, by its class; people hear of what does not pass. */
export class RoomRecovery {
  readonly #options: RoomRecoveryOptions;
  #attempt = new AbortController();

  constructor(options: RoomRecoveryOptions) {
    this.#options = options;
  }

  /** For the next attempt: aborts when its connection shall be given up for a new one. */
  beginAttempt(): AbortSignal {
    this.#attempt = new AbortController();
    return this.#attempt.signal;
  }

  /** Returns when the room may be tried: at once when it is refused and the operator puts another cookie file there. */
  async untilDue(signal: AbortSignal): Promise<void> {
    const { connection, lookEveryMs = 5_000 } = this.#options;
    if (connection.state.name !== 'failed') return await connection.untilDue(signal);
    const timer = setInterval(() => void this.#lookForFile(), lookEveryMs);
    try {
      await connection.untilDue(signal);
    } finally {
      clearInterval(timer);
    }
  }

  /** It is connected, and was not refused. */
  connected(): void {
    const { troubles, credentials } = this.#options;
    credentials.accepted();
    troubles.count('refused', 0, 'connected');
    troubles.count('unreachable', 0, 'connected');
  }

  /** Between two attempts, after one that ended so. Never throws. */
  async after(end: AttemptEnd): Promise<void> {
    const { connection, credentials, troubles, tally } = this.#options;
    const { blocks, failures } = connection.trouble;
    if (end.kind === 'offline' || end.kind === 'ended') {
      troubles.count('refused', 0, end.reason);
      troubles.count('unreachable', 0, end.reason);
    }
    if (end.kind === 'blocked') {
      tally.count('refusals');
      troubles.count('refused', blocks, end.reason);
      if (credentials.refused()) await this.#better(end.reason);
    }
    if (end.kind !== 'failed' && end.kind !== 'lost') return;
    if (failures > 0) troubles.count('unreachable', failures, end.reason);
    if (end.class === 'authentication' && credentials.refused()) await this.#better(end.reason);
    // A state of our own that went wrong does not mend itself.
    if (end.class === 'system' && failures > 0 && failures % failedAfter === 0) await this.#renew(end.reason);
  }

  /** The login has ended while the connection stands: a new one at once, if there is somebody to ask. Never throws. */
  async expired(reason: string): Promise<void> {
    const { credentials, signal } = this.#options;
    if (!credentials.canRefresh) return;
    const outcome = await credentials.refresh(reason, signal);
    if (outcome === 'renewed') this.#renewed();
    if (outcome === 'failed') this.#tellOfFailure('the old login stays');
  }

  async #lookForFile(): Promise<void> {
    const { connection, credentials } = this.#options;
    if (await credentials.isFileNew()) connection.hurry('a new cookie file');
  }

  async #better(reason: string): Promise<void> {
    const { credentials, signal } = this.#options;
    switch (await credentials.refresh(reason, signal)) {
      case 'renewed':
        return this.#renewed();
      case 'failed':
        if (!signal.aborted) this.#tellOfFailure('the room begins anew as another visitor');
        return await this.#renew(reason);
      case 'none':
        return await this.#renew(reason);
      case 'too-soon':
        return;
    }
  }

  #renewed(): void {
    const { connection, notices, tally } = this.#options;
    tally.count('credentialsRenewed');
    notices.say('credentials', 'info', 'new credentials, connecting with them');
    this.#attempt.abort(new Error('new credentials'));
    connection.hurry('new credentials');
  }

  #tellOfFailure(consequence: string): void {
    const { notices, tally } = this.#options;
    tally.count('credentialsFailed');
    notices.say('credentials', 'warn', `the hook gave no new credentials: ${consequence}`);
  }

  async #renew(reason: string): Promise<void> {
    const { room, renew, log, signal } = this.#options;
    if (signal.aborted) return;
    log.info({ room, reason }, 'room begins anew');
    try {
      await renew();
    } catch (error) {
      log.warn({ err: error, room }, 'a source could not be begun anew');
    }
  }
}
