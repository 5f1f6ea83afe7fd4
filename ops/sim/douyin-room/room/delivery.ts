import {
  encodeMessageFrame,
  encodeResponse,
  type FrameEnvelope,
  type WirePosition,
} from '../wire/push-frame.ts';
import { writePosition } from '../wire/position.ts';
import type { Snowflake } from '../wire/snowflake.ts';
import type { AccountTreatment } from './account-treatment.ts';
import type { Broadcast } from './broadcast.ts';
import type { Connection } from './connection.ts';
import type { Happening } from './history.ts';
import type { StreakLedger } from './streak-ledger.ts';
import type { SentRecord, Truth, TruthLog } from './truth-log.ts';
import type { Watch } from './watch.ts';

/** What a delivery writes to and about. */
export type DeliveryOptions = {
  readonly ids: Snowflake;
  readonly truth: TruthLog;
  readonly streaks: StreakLedger;
  readonly sent: Watch<SentRecord>;
  /** Seconds, as clients read the field. */
  readonly heartbeatDuration: number;
  readonly pushServer: () => string;
  readonly account: AccountTreatment;
};

/** Brings what happened to the clients, and records what went to whom. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #startedAt = Date.now();
  #fetches = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /**
   * Sends messages to every client that hears this broadcast, one frame each; the records are those of the first.
   * When nobody hears it they are recorded as unheard, and wait in the history.
   */
  toAll(
    connections: readonly Connection[],
    broadcast: Broadcast,
    happenings: readonly Happening[],
  ): SentRecord[] {
    const listening = connections.filter(
      (connection) => connection.open && !connection.deaf && connection.roomId === broadcast.roomId,
    );
    if (listening.length === 0) {
      return this.#record(
        happenings,
        { via: 'nobody', connection: 0, logId: '', replay: false },
        broadcast.roomId,
      );
    }
    const told = this.#options.account.admit(happenings);
    const withheld = happenings.filter((happening) => !told.includes(happening));
    const unheard = this.#record(
      withheld,
      { via: 'nobody', connection: 0, logId: '', replay: false },
      broadcast.roomId,
    );
    if (told.length === 0) return unheard;
    const [first = []] = listening.map((connection) => this.toOne(connection, broadcast, told, false));
    return [...first, ...unheard];
  }

  /** Sends messages to one client as one frame; without messages the frame only tells where the stream stands. */
  toOne(
    connection: Connection,
    broadcast: Broadcast,
    happenings: readonly Happening[],
    replay: boolean,
  ): SentRecord[] {
    const envelope = this.envelope(connection, broadcast);
    const needAck = happenings.length === 0 || happenings.some((happening) => happening.needAck);
    const logId = `${envelope.logId}`;
    const address = { via: 'socket', connection: connection.id, logId, replay } as const;
    const records = this.#record(happenings, address, broadcast.roomId);
    const frame = encodeMessageFrame(envelope, this.response(envelope, happenings, needAck));
    for (const happening of happenings) happening.written = true;
    connection.send(
      frame,
      logId,
      needAck ? { internalExt: envelope.internalExt, records, happenings } : undefined,
    );
    return records;
  }

  /** A frame that nobody is going to receive whole. */
  frame(connection: Connection, broadcast: Broadcast, happenings: readonly Happening[]): Buffer {
    const envelope = this.envelope(connection, broadcast);
    this.#record(
      happenings,
      { via: 'nobody', connection: connection.id, logId: `${envelope.logId}`, replay: false },
      broadcast.roomId,
    );
    return encodeMessageFrame(envelope, this.response(envelope, happenings, true));
  }

  /** The body of an answer to a poll. */
  toPoll(broadcast: Broadcast, happenings: readonly Happening[], userUniqueId: string): Buffer {
    const position = this.#position(broadcast, userUniqueId, ++this.#fetches);
    const address = { via: 'fetch', connection: 0, logId: '', replay: false } as const;
    const told = this.#options.account.admit(happenings);
    this.#record(told, address, broadcast.roomId);
    return this.response(position, told, false);
  }

  /** Records that a fault was caused on a connection. */
  noteFault(connection: Connection, broadcast: Broadcast, kind: string): void {
    const truth = { method: '', kind: 'fault', userId: '', nickname: '', text: kind, count: 1, gift: null };
    const address = { via: 'socket', connection: connection.id, logId: '', replay: false } as const;
    this.#write([{ truth, msgId: '' }], address, broadcast.roomId);
  }

  /** What goes around the next frame of a connection. */
  envelope(connection: Connection, broadcast: Broadcast): FrameEnvelope {
    const seqId = connection.nextSeqId();
    const userUniqueId = connection.query.get('user_unique_id') ?? '';
    const logId = this.#options.ids.next(Date.now());
    return { seqId, logId, ...this.#position(broadcast, userUniqueId, seqId) };
  }

  response(position: WirePosition, happenings: readonly Happening[], needAck: boolean): Buffer {
    return encodeResponse({
      messages: happenings.map(({ message }) => message),
      cursor: position.cursor,
      internalExt: position.internalExt,
      needAck,
      now: Date.now(),
      heartbeatDuration: this.#options.heartbeatDuration,
      fetchInterval: 1000,
      pushServer: this.#options.pushServer(),
    });
  }

  #position(broadcast: Broadcast, userUniqueId: string, seq: number): WirePosition {
    return writePosition({
      roomId: broadcast.roomId,
      userUniqueId,
      lastMsgId: broadcast.history.lastMsgId,
      firstAt: this.#startedAt,
      now: Date.now(),
      seq,
    });
  }

  #record(happenings: readonly Happening[], address: Address, roomId: string): SentRecord[] {
    const entries = happenings.map(({ truth, message }) => ({ truth, msgId: `${message.msgId}` }));
    const records = this.#write(entries, address, roomId);
    for (const record of records) this.#options.streaks.add(record);
    return records;
  }

  #write(
    entries: readonly { readonly truth: Truth; readonly msgId: string }[],
    address: Address,
    roomId: string,
  ): SentRecord[] {
    const at = Date.now();
    const records = this.#options.truth.add(
      entries.map(({ truth, msgId }) => ({ at, ...address, roomId, msgId, ...truth })),
    );
    for (const record of records) this.#options.sent.announce(record);
    return records;
  }
}

type Address = Pick<SentRecord, 'via' | 'connection' | 'logId' | 'replay'>;
