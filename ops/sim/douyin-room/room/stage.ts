import { setTimeout as wait } from 'node:timers/promises';
import type { RoomSettings } from '../room-settings.ts';
import { ON_AIR, type RoomState } from '../http/page.ts';
import { NOISE, readItem, type RoomItem } from '../scenario/item.ts';
import type { ScheduledAct } from '../scenario/schedule.ts';
import { SeededRandom } from '../scenario/seeded-random.ts';
import { readStreak, streakItems, type Streak } from '../scenario/streak.ts';
import { Snowflake } from '../wire/snowflake.ts';
import { readCursor } from '../wire/position.ts';
import { AccountTreatment, type AccountFault } from './account-treatment.ts';
import { Broadcast } from './broadcast.ts';
import { causeFault, type ConnectionFault } from './cause-fault.ts';
import { Connection } from './connection.ts';
import { Delivery } from './delivery.ts';
import type { Visitor } from './door.ts';
import { StreakLedger } from './streak-ledger.ts';
import type { SentRecord, TruthLog } from './truth-log.ts';
import { Watch } from './watch.ts';

/** `port` tells the ids of this room from those of others. */
export type StageOptions = {
  readonly settings: RoomSettings;
  readonly truth: TruthLog;
  readonly port: number;
};

/** What goes on in the room: the current broadcast, who is connected to it, and what they were sent. */
export class Stage {
  /** Every connection since the start, the last 1000. */
  readonly connections: Connection[] = [];
  readonly streaks = new StreakLedger({ limit: 10_000 });
  readonly truth: TruthLog;
  /** Announce a record when it was sent, and when a client confirmed it. */
  readonly sent = new Watch<SentRecord>();
  readonly acked = new Watch<SentRecord>();
  /** Announce a connection when it begins and when it ends. */
  readonly connected = new Watch<Connection>();
  readonly closed = new Watch<Connection>();
  state: RoomState;
  /** What responses say of push servers. */
  pushServer: string;
  readonly #settings: RoomSettings;
  readonly #ids: Snowflake;
  readonly #delivery: Delivery;
  readonly #random: SeededRandom;
  readonly #account = new AccountTreatment();
  #broadcast: Broadcast;
  #connectionCount = 0;

  constructor({ settings, truth, port }: StageOptions) {
    const { heartbeatDuration } = settings;
    this.pushServer = settings.pushServer;
    this.#settings = settings;
    this.#ids = new Snowflake({ node: port });
    this.truth = truth;
    this.state = settings.state;
    this.#random = new SeededRandom(settings.seed);
    const { streaks, sent } = this;
    this.#delivery = new Delivery({
      ids: this.#ids,
      truth,
      streaks,
      sent,
      heartbeatDuration,
      pushServer: () => this.pushServer,
      account: this.#account,
    });
    this.#broadcast = this.#newBroadcast();
  }

  get roomId(): string {
    return this.#broadcast.roomId;
  }

  get open(): Connection[] {
    return this.connections.filter(({ open }) => open);
  }

  /** The stage as plain data. */
  describe(): object {
    const { state, roomId } = this;
    return {
      state,
      webRid: this.#settings.webRid,
      roomId,
      seed: this.#settings.seed,
      sent: this.truth.records.at(-1)?.n ?? 0,
      connections: this.connections.map((connection) => connection.describe()),
      streaks: this.streaks.totals,
    };
  }

  /** Says whatever is asked for from outside: an item, or a whole streak. */
  async sayInput(input: unknown, signal: AbortSignal): Promise<SentRecord[]> {
    const streak = typeof input === 'object' && input !== null && 'kind' in input && input.kind === 'streak';
    return streak ? await this.giveStreak(readStreak(input), signal) : this.say([readItem(input)]);
  }

  /** Lets items happen and sends them in one frame. */
  say(items: readonly RoomItem[]): SentRecord[] {
    const seen = items.map((item) => this.#account.disguise(item));
    const happenings = this.#broadcast.happen(seen, Date.now());
    return this.#delivery.toAll(this.connections, this.#broadcast, happenings);
  }

  /** Gives one gift many times, in real time; resolves after the last message. */
  async giveStreak(streak: Streak, signal: AbortSignal): Promise<SentRecord[]> {
    const records: SentRecord[] = [];
    let at = 0;
    for (const { atMs, item } of streakItems(streak, `${Math.floor(Date.now() / 1000)}`, this.#random)) {
      if (atMs > at) await wait(atMs - at, undefined, { signal });
      at = atMs;
      records.push(...this.say([item]));
    }
    return records;
  }

  /** Causes a fault on every open connection; answers on how many. */
  async fault(fault: ConnectionFault): Promise<number> {
    const { open } = this;
    const [broadcast, delivery] = [this.#broadcast, this.#delivery];
    for (const connection of open) await causeFault(fault, { connection, broadcast, delivery });
    return open.length;
  }

  /** Changes what all clients hear of the room from now on; answers how many there are. */
  treatAccount(fault: AccountFault): number {
    this.#account.set(fault);
    return this.open.length;
  }

  /**
   * Answers a poll: what came after the cursor; without a cursor of ours nothing but where the stream stands. What the cursor covers is
   * confirmed by it.
   */
  poll(query: ReadonlyMap<string, string>): Buffer {
    const from = readCursor(query.get('cursor') ?? '');
    if (from !== undefined) this.#confirmPolled(from);
    const happenings = from === undefined ? [] : this.#broadcast.history.after(from);
    return this.#delivery.toPoll(this.#broadcast, happenings, query.get('user_unique_id') ?? '');
  }

  #confirmPolled(upTo: bigint): void {
    for (const record of this.truth.records) {
      if (record.via !== 'fetch' || record.acked || record.msgId === '' || BigInt(record.msgId) > upTo)
        continue;
      record.acked = true;
      this.acked.announce(record);
    }
  }

  /** Says that the broadcast is over. */
  endBroadcast(): SentRecord[] {
    const records = this.say([readItem({ kind: 'control', action: 3 })]);
    this.state = 'ended';
    return records;
  }

  /** Begins another broadcast; who is connected to the old one hears nothing more. */
  newBroadcast(): void {
    this.#broadcast = this.#newBroadcast();
    this.state = 'live';
  }

  /** Performs scheduled acts; neighbouring items go out in one frame. After the broadcast's end only noise is said. */
  async perform(
    acts: readonly ScheduledAct[],
    fault: (act: ScheduledAct & { do: 'fault' }) => Promise<number>,
  ): Promise<void> {
    let together: RoomItem[] = [];
    const flush = (): void => {
      if (together.length > 0) this.say(together);
      together = [];
    };
    for (const act of acts) {
      if (act.do !== 'say') flush();
      switch (act.do) {
        case 'say':
          if (ON_AIR.has(this.state) || NOISE.has(act.item.kind)) together.push(act.item);
          break;
        case 'fault':
          await fault(act);
          break;
        case 'end-broadcast':
          this.endBroadcast();
          break;
        case 'new-broadcast':
          this.newBroadcast();
          break;
      }
    }
    flush();
  }

  /** Takes a client in; its first frame brings what is replayed to it, if only nothing. */
  welcome({ query, host, remarks, socket, stream }: Visitor): void {
    const { pingIntervalMs, pongTimeoutMs, heartbeatTimeoutMs, answerHeartbeats } = this.#settings;
    const connection = new Connection({
      query,
      host,
      remarks,
      socket,
      stream,
      pingIntervalMs,
      pongTimeoutMs,
      heartbeatTimeoutMs,
      answerHeartbeats,
      id: ++this.#connectionCount,
      roomId: this.roomId,
      onAck: ({ records, happenings }) => {
        for (const happening of happenings) happening.acked = true;
        for (const record of records) record.acked = true;
        for (const record of records) this.acked.announce(record);
      },
      onClose: (closed) => this.closed.announce(closed),
    });
    this.connections.push(connection);
    if (this.connections.length > 1000) this.connections.shift();
    const wanted = Number(query.get('need_persist_msg_count'));
    const recent = Math.min(
      this.#settings.replayCount,
      Number.isSafeInteger(wanted) && wanted > 0 ? wanted : 0,
    );
    const past = this.#broadcast.history.replay(this.#settings.replay, recent);
    const replay = this.#account.admit(past);
    this.#delivery.toOne(connection, this.#broadcast, replay, true);
    this.connected.announce(connection);
  }

  /** Rejects whoever waits for something. */
  close(reason: Error): void {
    for (const connection of this.open) connection.terminate(reason.message);
    for (const watch of [this.sent, this.acked]) watch.close(reason);
    for (const watch of [this.connected, this.closed]) watch.close(reason);
    this.truth[Symbol.dispose]();
  }

  #newBroadcast(): Broadcast {
    return new Broadcast({ roomId: `${this.#ids.next(Date.now())}`, ids: this.#ids });
  }
}
