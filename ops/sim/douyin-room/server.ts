import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { RoomControl } from './http/control.ts';
import { answerRequest, type RoomFront } from './http/front.ts';
import type { RoomState } from './http/page.ts';
import { Served } from './http/served.ts';
import type { Refusal } from './http/upgrade.ts';
import type { Connection } from './room/connection.ts';
import { Door } from './room/door.ts';
import { playSchedule } from './room/play-schedule.ts';
import { Stage } from './room/stage.ts';
import type { StreakTotal } from './room/streak-ledger.ts';
import { TruthLog, type SentRecord } from './room/truth-log.ts';
import { Watch } from './room/watch.ts';
import { DEFAULT_SETTINGS, scheduleOf, signatureCheckOf, type RoomSettings } from './room-settings.ts';
import { readFault, type Fault, type FaultDetails, type FaultKind } from './scenario/fault.ts';
import { readItem, type RoomItemInput, type RoomItemKind } from './scenario/item.ts';
import { readStreak, type StreakInput } from './scenario/streak.ts';

/** What an item of a kind needs to be told; everything else has a default. */
export type Details<K extends RoomItemKind> = Omit<Extract<RoomItemInput, { kind: K }>, 'kind'>;

/** Ends a wait early. */
export type WaitOptions = { readonly signal?: AbortSignal };

/**
 * Opens a simulated room on 127.0.0.1 that speaks the platform's wire format. By default it plays a friendly random
 * room from the first connection on; tests want `scenario: { type: 'silent' }`.
 *
 * @throws {TypeError} when the script is wrong; the system's error when the port is taken or the log cannot be opened.
 */
export async function openDouyinRoom(options: Partial<RoomSettings> = {}): Promise<DouyinRoom> {
  const settings = { ...DEFAULT_SETTINGS, ...options };
  // A wrong script is to fail here, not when the first client comes.
  scheduleOf(settings.scenario, settings.seed, 0);
  const truth = new TruthLog({ limit: settings.sentLimit, file: settings.logFile });
  try {
    const server = createServer({ keepAliveTimeout: 120_000 });
    server.listen(settings.port, '127.0.0.1');
    await once(server, 'listening');
    return new DouyinRoom({ settings, server, truth });
  } catch (error) {
    truth[Symbol.dispose]();
    throw error;
  }
}

/** A simulated room: a script or chance plays it, callers add to it and break it, and it records what it sent. */
export class DouyinRoom implements AsyncDisposable {
  readonly port: number;
  readonly webRid: string;
  /** What stands for `https://live.douyin.com`. */
  readonly url: string;
  /** The push socket's address without its query. */
  readonly wsUrl: string;
  /** How the pages and `im/fetch` serve what goes on. */
  readonly served: Served;
  readonly #settings: RoomSettings;
  readonly #server: Server;
  readonly #stage: Stage;
  readonly #door: Door;
  readonly #refused = new Watch<number>();
  readonly #stopping = new AbortController();
  readonly #done = Promise.withResolvers<void>();
  #stubPending: boolean;
  #refusalCount = 0;
  #playing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** Use {@link openDouyinRoom}. */
  constructor(parts: { readonly settings: RoomSettings; readonly server: Server; readonly truth: TruthLog }) {
    const { settings, server, truth } = parts;
    this.#settings = settings;
    this.#server = server;
    this.#stubPending = settings.acNonce;
    this.webRid = settings.webRid;
    this.port = portOf(server);
    this.url = `http://127.0.0.1:${this.port}`;
    this.wsUrl = `ws://127.0.0.1:${this.port}/webcast/im/push/v2/`;
    this.#stage = new Stage({ settings, truth, port: this.port });
    const { webRid, anchor, title } = settings;
    this.served = new Served(() => ({ webRid, anchor, title, state: this.state, roomId: this.roomId }));
    this.#door = new Door({
      roomId: () => this.roomId,
      checkSignature: signatureCheckOf(settings.requireSignature),
      onVisitor: (visitor) => {
        this.#stage.welcome(visitor);
        this.#playing ??= this.#play();
      },
      onRefusal: () => this.#refused.announce(++this.#refusalCount),
    });
    const front = this.#front();
    server.on('request', (request, response) => {
      answerRequest(request, response, front).catch((error: unknown) => this.#done.reject(error));
    });
    server.on('upgrade', (request, stream, head) => this.#door.receive(request, stream, head));
  }

  /** The current broadcast's id, 19 digits. */
  get roomId(): string {
    return this.#stage.roomId;
  }

  get state(): RoomState {
    return this.#stage.state;
  }

  /** The last messages sent, oldest first; a message sent to two clients or sent again is there twice. */
  get sent(): readonly SentRecord[] {
    return this.#stage.truth.records;
  }

  /** True totals of the gift streaks. */
  get streaks(): readonly StreakTotal[] {
    return this.#stage.streaks.totals;
  }

  /** Every connection since the start, the last 1000. */
  get connections(): readonly Connection[] {
    return this.#stage.connections;
  }

  /** The handshakes that were turned away and what was missing, the last 1000. */
  get refusals(): readonly Refusal[] {
    return this.#door.refusals;
  }

  chat = (details: Details<'chat'>): SentRecord => this.say({ kind: 'chat', ...details });
  /** One gift message, with exactly these counts; {@link streak} makes whole streaks. */
  gift = (details: Details<'gift'> = {}): SentRecord => this.say({ kind: 'gift', ...details });
  like = (details: Details<'like'> = {}): SentRecord => this.say({ kind: 'like', ...details });
  enter = (details: Details<'enter'> = {}): SentRecord => this.say({ kind: 'enter', ...details });
  follow = (details: Details<'follow'> = {}): SentRecord => this.say({ kind: 'follow', ...details });
  audience = (details: Details<'audience'> = {}): SentRecord => this.say({ kind: 'audience', ...details });
  control = (details: Details<'control'>): SentRecord => this.say({ kind: 'control', ...details });
  ecom = (details: Details<'ecom'> = {}): SentRecord => this.say({ kind: 'ecom', ...details });

  /**
   * Says one item; the record is that of the first client that hears it.
   *
   * @throws {TypeError} when the item is wrong.
   */
  say(input: RoomItemInput): SentRecord {
    const [record] = this.sayTogether([input]);
    if (record === undefined) throw new Error(`Cannot say "${input.kind}": nothing was recorded`);
    return record;
  }

  /** Says several items in one frame. */
  sayTogether(inputs: readonly RoomItemInput[]): SentRecord[] {
    return this.#stage.say(inputs.map(readItem));
  }

  /** Gives one gift many times, in real time; resolves after the last message. */
  async streak(input: StreakInput = {}, options: WaitOptions = {}): Promise<SentRecord[]> {
    const { signal } = options;
    const stop = AbortSignal.any(
      signal === undefined ? [this.#stopping.signal] : [this.#stopping.signal, signal],
    );
    return await this.#stage.giveStreak(readStreak(input), stop);
  }

  /** Causes a fault on every open connection and answers on how many; `refuse` concerns handshakes to come. */
  async fault<K extends FaultKind>(kind: K, details?: FaultDetails<K>): Promise<number> {
    return await this.#cause(readFault({ kind, ...details }));
  }

  /** Ends every connection without a word: 1006 at the clients. */
  cut(): void {
    for (const connection of this.#stage.open) connection.terminate('cut');
  }

  /** Changes what the pages say, and whether anything but noise is played. */
  setState(state: RoomState): void {
    this.#stage.state = state;
  }

  /** What responses say of push servers from now on: a list, possibly a hostile one, or ''. */
  setPushServer(list: string): void {
    this.#stage.pushServer = list;
  }

  /** Says that the broadcast is over, on the wire and on the pages; what follows by itself is noise alone. */
  endBroadcast(): void {
    this.#stage.endBroadcast();
  }

  /** Begins another broadcast and answers its room id; who is connected to the old one hears nothing more. */
  newBroadcast(): string {
    this.#stage.newBroadcast();
    return this.roomId;
  }

  /** Resolves with the `nth` connection since the start, at once if it is there already. */
  async untilConnected({
    nth = 1,
    signal,
  }: WaitOptions & { readonly nth?: number } = {}): Promise<Connection> {
    const there = this.connections.find(({ id }) => id === nth);
    return there ?? (await this.#stage.connected.until(({ id }) => id === nth, signal));
  }

  /** Resolves when a connection has ended. */
  async untilClosed(connection: Connection, { signal }: WaitOptions = {}): Promise<void> {
    if (connection.open) await this.#stage.closed.until((closed) => closed === connection, signal);
  }

  /** Resolves when so many handshakes were refused since the start. */
  async untilRefused({ count = 1, signal }: WaitOptions & { readonly count?: number } = {}): Promise<void> {
    if (this.#refusalCount < count) await this.#refused.until((refused) => refused >= count, signal);
  }

  /** Resolves with a record that passes the test, of the past or of what is to come. */
  async untilSent(test: (record: SentRecord) => boolean, { signal }: WaitOptions = {}): Promise<SentRecord> {
    return this.sent.find(test) ?? (await this.#stage.sent.until(test, signal));
  }

  /** Resolves when a client has confirmed a message. */
  async untilAcked(msgId: string, { signal }: WaitOptions = {}): Promise<SentRecord> {
    const test = (record: SentRecord): boolean => record.msgId === msgId && record.acked;
    return this.sent.find(test) ?? (await this.#stage.acked.until(test, signal));
  }

  /** Resolves when the room was closed; rejects when it failed by itself, as with a full disk under its log. */
  async untilDone(): Promise<void> {
    await this.#done.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    const reason = new Error('The simulated room was closed');
    this.#stopping.abort(reason);
    await this.#playing;
    this.#stage.close(reason);
    this.#refused.close(reason);
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    this.#done.resolve();
  }

  async #play(): Promise<void> {
    const { scenario, seed } = this.#settings;
    try {
      await playSchedule({
        schedule: scheduleOf(scenario, seed, Math.floor(Date.now() / 1000)),
        perform: async (acts) =>
          await this.#stage.perform(acts, async ({ fault }) => await this.#cause(fault)),
        signal: this.#stopping.signal,
      });
    } catch (error) {
      this.#done.reject(error);
    }
  }

  async #cause(fault: Fault): Promise<number> {
    if (fault.kind === 'account') return this.#stage.treatAccount(fault);
    if (fault.kind !== 'refuse') return await this.#stage.fault(fault);
    this.#door.refuseNext(fault.how, fault.times);
    return 0;
  }

  #front(): RoomFront {
    return {
      served: this.served,
      takeStub: (acNonce) => {
        const stub = this.#stubPending && acNonce === undefined;
        if (stub) this.#stubPending = false;
        return stub;
      },
      poll: (query) => this.#stage.poll(query),
      control: this.#control(),
    };
  }

  #control(): RoomControl {
    return {
      describe: () => ({ ...this.#stage.describe(), refusals: this.refusals }),
      sentSince: (n) => this.#stage.truth.since(n),
      say: async (input) => await this.#stage.sayInput(input, this.#stopping.signal),
      fault: async (input) => await this.#cause(readFault(input)),
      setState: (state) => this.setState(state),
      served: this.served,
      setPushServer: (list) => this.setPushServer(list),
      endBroadcast: () => this.endBroadcast(),
      newBroadcast: () => this.newBroadcast(),
    };
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`Cannot read the port of ${address}`);
  return address.port;
}
