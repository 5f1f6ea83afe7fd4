import type { CredentialStatus } from '../../../protocol/room-status.ts';
import type { CredentialConfig } from '../../../protocol/sources/credentials.ts';
import type { Secrets } from '../../secrets.ts';
import type { FaultLog } from '../fault-log.ts';
import type { SourceCondition } from '../source.ts';
import { cookieFileChangedAt, readOperatorCookies } from './cookie-file.ts';
import { expiryOf, pairsOf, warnAheadMs } from './expiry.ts';
import { CookieFile } from './kept-cookie.ts';
import type { KeptCookie } from './kept-cookie.ts';
import { askForCookie } from './refresh.ts';

export interface CredentialsOptions {
  room: string;
  platform: string;
  /** Of the room's source; a source without any has none of these fields. */
  config: Partial<CredentialConfig>;
  home: string;
  secrets: Secrets;
  faults: FaultLog;
  /** Hears of credentials that end soon, or have ended. */
  onCondition: (condition: SourceCondition) => void;
  now?: () => number;
  /** Least time between two calls of the hook; twice as long after each call that gave nothing. */
  everyMs?: number;
}

/** What came of trying to get better credentials; `too-soon`: the hook was not called, and will be later. */
export type RefreshOutcome = 'renewed' | 'failed' | 'none' | 'too-soon';

const defaultAfterFailures = 3;
const mostPauseMs = 1_800_000;

/**
 * The credentials of one room, shared with nobody: the operator's cookie, from the configuration, a file or the environment, and the
 * newer one that the operator's hook gave. Counts how often the platform refused them, and gets new ones.
 */
export class Credentials {
  readonly #options: Required<CredentialsOptions>;
  readonly #config: CredentialConfig;
  readonly #file: CookieFile;
  #kept: KeptCookie | undefined;
  #hasRead = false;
  #cookies = '';
  #expiresAt = 0;
  #fileChangedAt = 0;
  #refusals = 0;
  #calledAt = -Infinity;
  #callsInVain = 0;
  #calling: Promise<RefreshOutcome> | undefined;
  #said = '';

  constructor({ now = Date.now, everyMs = 60_000, ...options }: CredentialsOptions) {
    this.#options = { ...options, now, everyMs };
    const { cookie = '', cookieFile = '', refresh = { type: 'none' } } = options.config;
    this.#config = { cookie, cookieFile, refresh };
    this.#file = new CookieFile({ home: options.home, room: options.room, configured: cookie });
    this.#keepSecret(cookie);
    if (refresh.type === 'url') this.#keepSecretsOf(refresh.url);
  }

  /**
   * The cookies to log in with, as a header or one a line, a later one before an earlier one of its name. Read with each connection, since
   * a login may have been renewed. Empty: none. Throws when the cookie file cannot be read.
   */
  async read(): Promise<string> {
    this.#fileChangedAt = await cookieFileChangedAt(this.#config.cookieFile);
    const operator = await readOperatorCookies(this.#config);
    await this.#readKept();
    const kept = this.#kept;
    const isOlder = kept !== undefined && this.#fileChangedAt > kept.at;
    const texts = isOlder ? [kept.cookie, operator] : [operator, kept?.cookie ?? ''];
    this.#cookies = texts.filter((text) => text.trim() !== '').join('\n');
    this.#keepSecret(this.#cookies);
    this.#expiresAt = expiryOf(this.#cookies)?.at ?? 0;
    this.check();
    return this.#cookies;
  }

  /** Whether the cookie file is another one than when it was read last. */
  async isFileNew(): Promise<boolean> {
    const { cookieFile } = this.#config;
    return cookieFile !== '' && (await cookieFileChangedAt(cookieFile)) !== this.#fileChangedAt;
  }

  /** The platform refused them once more; true: so often in a row that something has to be done. */
  refused(): boolean {
    this.#refusals += 1;
    const { refresh } = this.#config;
    return this.#refusals >= (refresh.type === 'none' ? defaultAfterFailures : refresh.afterFailures);
  }

  get canRefresh(): boolean {
    return this.#config.refresh.type !== 'none';
  }

  /** They were good enough for a connection. */
  accepted(): void {
    this.#refusals = 0;
  }

  /** Calls the hook, once at a time. Never throws, and takes no longer than the hook may. */
  async refresh(reason: string, signal: AbortSignal): Promise<RefreshOutcome> {
    this.#calling ??= this.#refresh(reason, signal).finally(() => (this.#calling = undefined));
    return await this.#calling;
  }

  /** Looks whether they end soon. Cheap. */
  check(): void {
    const { state, expiresAt } = this.describe();
    if (state === this.#said) return;
    this.#said = state;
    const { onCondition } = this.#options;
    const until = new Date(expiresAt).toISOString();
    onCondition({
      code: 'credentials-expiring',
      text: `the login ends at ${until}: renew the cookie`,
      isOn: state === 'expiring',
    });
    onCondition({
      code: 'credentials-expired',
      text: `the login ended at ${until}: renew the cookie`,
      isOn: state === 'expired',
    });
  }

  describe(): CredentialStatus {
    const expiresAt = this.#expiresAt;
    const renewedAt = this.#kept?.at ?? 0;
    const { cookie, refresh } = this.#options.config;
    if (cookie === undefined && refresh === undefined) return { state: 'not-needed', expiresAt, renewedAt };
    if (this.#cookies === '') return { state: 'none', expiresAt, renewedAt };
    if (expiresAt === 0) return { state: 'unknown', expiresAt, renewedAt };
    const leftMs = expiresAt - this.#options.now();
    const state = leftMs <= 0 ? 'expired' : leftMs <= warnAheadMs ? 'expiring' : 'valid';
    return { state, expiresAt, renewedAt };
  }

  async #refresh(reason: string, signal: AbortSignal): Promise<RefreshOutcome> {
    const { refresh } = this.#config;
    const { room, platform, now, everyMs, faults } = this.#options;
    if (refresh.type === 'none') {
      this.#refusals = 0;
      return 'none';
    }
    const pauseMs = Math.min(everyMs * 2 ** Math.min(this.#callsInVain, 20), mostPauseMs);
    const at = now();
    // A clock that was set back must not forbid it for ever.
    if (at >= this.#calledAt && at - this.#calledAt < pauseMs) return 'too-soon';
    this.#calledAt = at;
    this.#refusals = 0;
    try {
      const cookie = await askForCookie(refresh, { room, platform, reason }, signal);
      this.#keepSecret(cookie);
      this.#kept = { at: now(), cookie };
      this.#callsInVain = 0;
    } catch (error) {
      if (signal.aborted) return 'failed';
      this.#callsInVain += 1;
      faults.report('refresh', { err: error, room }, 'the hook gave no new credentials');
      return 'failed';
    }
    try {
      await this.#file.write(this.#kept);
    } catch (error) {
      faults.report('cookie-write', { err: error, room }, 'new credentials are used, but cannot be kept');
    }
    return 'renewed';
  }

  /** Returns once the hook, if it has been called, has answered. */
  async settled(): Promise<void> {
    await this.#calling;
  }

  async #readKept(): Promise<void> {
    if (this.#hasRead || this.#config.refresh.type === 'none') return;
    this.#hasRead = true;
    try {
      this.#kept ??= await this.#file.read();
    } catch (error) {
      const { room, faults } = this.#options;
      faults.report('cookie-read', { err: error, room }, 'the credentials that were kept cannot be read');
    }
  }

  #keepSecret(cookies: string): void {
    for (const value of pairsOf(cookies).values()) this.#options.secrets.add(value);
  }

  /** A key may be anywhere in it but in the name of the server. */
  #keepSecretsOf(url: string): void {
    const { username, password, search, searchParams } = new URL(url);
    for (const value of [url, username, password, search, ...searchParams.values()])
      this.#options.secrets.add(value);
  }
}
