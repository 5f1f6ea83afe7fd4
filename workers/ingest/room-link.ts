import type { RoomStatus } from '../../protocol/room-status.ts';
import { roomStatusKey } from '../../protocol/room-status.ts';
import type { CredentialConfig } from '../../protocol/sources/credentials.ts';
import type { Bus } from '../bus.ts';
import type { Child } from '../child.ts';
import { delay } from '../delay.ts';
import { readHistory, writeHistory } from './connection-history.ts';
import type { ConnectionPolicy } from './connection-policy.ts';
import { Credentials } from './credentials/credentials.ts';
import type { FaultLog } from './fault-log.ts';
import { RenewableSource } from './renewable-source.ts';
import { RoomConditions } from './room-conditions.ts';
import { RoomConnection } from './room-connection.ts';
import { RoomNotices } from './room-notices.ts';
import { RoomRecord } from './room-record.ts';
import { RoomRecovery } from './room-recovery.ts';
import { RoomTroubles } from './room-troubles.ts';
import type { RoomSessionOptions } from './room-session.ts';
import type { Source, SourceParts } from './source.ts';
import type { Tally } from './tally.ts';

export interface RoomLinkOptions {
  room: string;
  platform: string;
  policy: ConnectionPolicy;
  config: Partial<CredentialConfig>;
  child: Pick<Child, 'log' | 'notice' | 'trouble' | 'secrets'> & { options: { id: string; home: string } };
  bus: Pick<Bus, 'bucket' | 'certain' | 'isConnected'>;
  tally: Tally;
  faults: FaultLog;
  /** Means: return now. */
  signal: AbortSignal;
  openSource: (parts: Pick<SourceParts, 'credentials' | 'onCondition'>, isFirst: boolean) => Source;
  random?: () => number;
  /** How often the cookie file is looked at while the room is refused. */
  lookEveryMs?: number;
  /** So long nothing is missing before an earlier process's word counts no more; tests take less. */
  completeAfterMs?: number;
}

/** Figures that nobody waits for are written this rarely. */
const figuresEveryMs = 10_000;
/** Connecting comes before what can wait. */
const recallAfterMs = 100;
/** Longer than it takes to see again what an earlier process found to be missing. */
const completeAfterMs = 900_000;
/** What has its own notice, or passes by itself, is no incident. */
const harmless = new Set(['silent']);

/** Everything between one room and its source, made for each other: connection, credentials, conditions, and what is told of them. */
export class RoomLink implements AsyncDisposable {
  readonly notices: RoomNotices;
  readonly conditions: RoomConditions;
  readonly credentials: Credentials;
  readonly connection: RoomConnection;
  readonly recovery: RoomRecovery;
  readonly source: RenewableSource;
  readonly #options: RoomLinkOptions;
  readonly #troubles: RoomTroubles;
  readonly #record: RoomRecord;
  #figuresAt = 0;
  #checkedSince: number | undefined;
  #isClosing = false;
  /** The record is `open` once it is known what an earlier process has learned, or that this cannot be had; changes wait for that. */
  #state: 'idle' | 'recalling' | 'open' = 'idle';
  #isChanged = false;

  constructor(options: RoomLinkOptions) {
    this.#options = options;
    const { room, platform, policy, config, child, bus, tally, faults, signal, random } = options;
    this.#record = new RoomRecord({ bus, faults, signal, entries: () => this.#entries() });
    this.#troubles = new RoomTroubles({ room, report: (trouble) => child.trouble(trouble) });
    this.notices = new RoomNotices({ room, notice: (level, text) => child.notice(level, text) });
    const onChange = () => this.#conditionsChanged();
    this.conditions = new RoomConditions({ tally, notices: this.notices, onChange });
    const onCondition: SourceParts['onCondition'] = (condition) => this.conditions.note(condition);
    const { secrets } = child;
    const { home } = child.options;
    this.credentials = new Credentials({ room, platform, config, home, secrets, faults, onCondition });
    this.connection = new RoomConnection({
      room,
      policy,
      log: child.log,
      ...(random ? { random } : {}),
      onTransition: ({ from, to }) => {
        if (to === 'failed') tally.count('failed');
        if (from === 'failed') tally.count('failed', -1);
        this.#changed();
      },
    });
    const parts = { credentials: this.credentials, onCondition };
    this.source = new RenewableSource((isFirst) => options.openSource(parts, isFirst));
    this.recovery = new RoomRecovery({
      room,
      credentials: this.credentials,
      connection: this.connection,
      renew: async () => await this.source.renew(),
      notices: this.notices,
      troubles: this.#troubles,
      tally,
      log: child.log,
      signal,
      ...(options.lookEveryMs ? { lookEveryMs: options.lookEveryMs } : {}),
    });
  }

  /** The room is kept from now on. Until then, nothing is read or told. */
  begin(): void {
    this.#state = 'recalling';
    void this.#recall();
  }

  /** What the room's session needs of it. */
  get forSession(): Pick<
    RoomSessionOptions,
    'source' | 'connection' | 'recovery' | 'conditions' | 'notices' | 'onCheck'
  > {
    const { source, connection, recovery, conditions, notices } = this;
    return { source, connection, recovery, conditions, notices, onCheck: () => this.check() };
  }

  /** To be called every few seconds while the room is connected. */
  check(): void {
    this.credentials.check();
    const on = this.#grave();
    const now = performance.now();
    this.#checkedSince ??= now;
    if (on.length === 0 && now - this.#checkedSince >= (this.#options.completeAfterMs ?? completeAfterMs))
      this.#troubles.tell('condition', 'ok', 'nothing is missing');
    // A call of the hook that came too soon is made up for.
    if (on.some(({ code }) => code === 'credentials-expired')) this.#expired();
    if (Date.now() - this.#figuresAt < figuresEveryMs) return;
    this.#figuresAt = Date.now();
    this.#changed();
  }

  describe(): RoomStatus {
    const { room, platform, child } = this.#options;
    const connection = this.connection.describe();
    const hide = (text: string) => child.secrets.hide(text);
    return {
      room,
      platform,
      child: child.options.id,
      at: Date.now(),
      ...connection,
      reason: hide(connection.reason),
      conditions: this.conditions.on.map((condition) => ({ ...condition, text: hide(condition.text) })),
      credentials: this.credentials.describe(),
      transitions: connection.transitions.map((change) => ({ ...change, reason: hide(change.reason) })),
    };
  }

  /** Somebody else keeps the room from now on, so its status is theirs. */
  handOver(): void {
    this.#record.abandon();
  }

  /** Nobody waits for the room any more, so nothing is wrong with it. */
  leave(): void {
    for (const topic of ['refused', 'unreachable'] as const)
      this.#troubles.count(topic, 0, 'the room was left');
    this.#troubles.tell('condition', 'ok', 'the room was left');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What was missing may be missing still, for whoever keeps the room next.
    this.#isClosing = true;
    this.conditions.clear();
    await this.source[Symbol.asyncDispose]();
    if (this.#isChanged) this.#record.changed();
    await this.#record[Symbol.asyncDispose]();
  }

  #grave(): RoomStatus['conditions'] {
    return this.conditions.on.filter(({ code }) => !harmless.has(code));
  }

  #conditionsChanged(): void {
    if (!this.#isClosing) this.#tellConditions();
    this.#changed();
  }

  #tellConditions(): void {
    const on = this.#grave();
    if (on.some(({ code }) => code === 'credentials-expired')) this.#expired();
    const text = on.map((condition) => condition.text).join('; ');
    this.#troubles.tell('condition', on.length > 0 ? 'warning' : 'ok', text || 'nothing is missing any more');
  }

  #expired(): void {
    void this.recovery.expired('the login has ended');
  }

  #changed(): void {
    if (this.#state === 'open') this.#record.changed();
    else this.#isChanged = this.#state === 'recalling';
  }

  async #recall(): Promise<void> {
    const { room, signal } = this.#options;
    if (!(await delay(recallAfterMs, signal))) return;
    const text = await this.#record.read(qualityKey(room));
    if (text) this.connection.learn(readHistory(text, Date.now()));
    this.#state = 'open';
    if (this.#isChanged) this.#record.changed();
    this.#isChanged = false;
  }

  #entries(): Record<string, string> {
    const { room } = this.#options;
    return {
      [roomStatusKey(room)]: JSON.stringify(this.describe()),
      ...(this.#state === 'open' ? { [qualityKey(room)]: writeHistory(this.connection.history) } : {}),
    };
  }
}

const qualityKey = (room: string): string => `quality.${room}`;
