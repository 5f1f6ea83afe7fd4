import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { readClientFrame } from '../wire/client-frame.ts';
import { encodeBareFrame } from '../wire/push-frame.ts';
import type { Happening } from './history.ts';
import { binaryFrameHead, Trickle } from './trickle.ts';
import type { SentRecord } from './truth-log.ts';

/** An ack as it came in. `matched`: it names a frame of this connection and repeats that frame's internal_ext. */
export type Ack = {
  readonly at: number;
  readonly logId: string;
  readonly internalExt: string;
  readonly matched: boolean;
};

/** A frame that was sent and not confirmed yet. */
export type SentFrame = {
  readonly internalExt: string;
  readonly records: readonly SentRecord[];
  readonly happenings: readonly Happening[];
};

export type ConnectionOptions = {
  readonly id: number;
  readonly roomId: string;
  readonly query: ReadonlyMap<string, string>;
  /** Under which name and port it found the room. */
  readonly host: string;
  /** What a browser would have done otherwise in the handshake, or says otherwise later. */
  readonly remarks: readonly string[];
  readonly socket: WebSocket;
  /** The stream under the WebSocket; for bytes that must trickle. */
  readonly stream: Duplex;
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly answerHeartbeats: boolean;
  readonly onAck: (frame: SentFrame) => void;
  readonly onClose: (connection: Connection) => void;
};

/**
 * One client's WebSocket: sends frames and PINGs, takes in heartbeats and acks, and ends a client that does not prove
 * to be alive. Recorded: without a pong the platform closes after 21 s, whatever else the client says.
 */
export class Connection {
  readonly id: number;
  readonly roomId: string;
  readonly query: ReadonlyMap<string, string>;
  readonly host: string;
  readonly remarks: string[];
  readonly openedAt = Date.now();
  /** When heartbeats came in, unix ms; the last 1000. */
  readonly heartbeats: number[] = [];
  /** The last 1000 acks. */
  readonly acks: Ack[] = [];
  pongs = 0;
  /** Why it ended; undefined while open. */
  closedFor: string | undefined;
  #seqId = 0;
  #deafUntil = 0;
  readonly #options: ConnectionOptions;
  readonly #unconfirmed = new Map<string, SentFrame>();
  readonly #trickle: Trickle;
  readonly #ping: NodeJS.Timeout;
  readonly #pongDeadline: NodeJS.Timeout;
  readonly #heartbeatDeadline: NodeJS.Timeout;

  constructor(options: ConnectionOptions) {
    const { socket } = options;
    this.#options = options;
    this.id = options.id;
    this.roomId = options.roomId;
    this.query = options.query;
    this.host = options.host;
    this.remarks = [...options.remarks];
    this.#trickle = new Trickle(options.stream, (frame) => this.#write(frame));
    this.#ping = setInterval(() => this.#sendPing(), options.pingIntervalMs);
    this.#pongDeadline = setTimeout(() => this.terminate('no pong'), options.pongTimeoutMs);
    this.#heartbeatDeadline = setTimeout(() => this.terminate('no heartbeat'), options.heartbeatTimeoutMs);
    socket.on('message', (data, isBinary) => this.#hear(data, isBinary));
    socket.on('pong', () => {
      this.pongs++;
      this.#pongDeadline.refresh();
    });
    socket.on('ping', (data) => {
      if (!this.#trickle.busy) socket.pong(data);
    });
    socket.on('error', (error) => this.#remark(`socket error: ${error.message}`));
    socket.on('close', (code) => this.#end(`close ${code}`));
  }

  get open(): boolean {
    return this.closedFor === undefined;
  }

  /** Whether frames are being withheld. */
  get deaf(): boolean {
    return Date.now() < this.#deafUntil;
  }

  /** The connection as plain data. */
  describe(): object {
    const { id, roomId, openedAt, closedFor = null, pongs, remarks } = this;
    const query = Object.fromEntries(this.query);
    const [heartbeats, acks] = [this.heartbeats.length, this.acks.length];
    return { id, roomId, openedAt, closedFor, heartbeats, acks, pongs, remarks, query };
  }

  /** The next frame's number. */
  nextSeqId(): number {
    return ++this.#seqId;
  }

  /** Sends a frame; `sent` is what an ack with `logId` will confirm, left out when none is asked for. */
  send(frame: Uint8Array, logId = '', sent?: SentFrame): void {
    if (!this.open || this.deaf) return;
    if (sent !== undefined) {
      keepLast(this.#unconfirmed, MAX_UNCONFIRMED);
      this.#unconfirmed.set(logId, sent);
    }
    if (!this.#trickle.take(frame)) this.#write(frame);
  }

  /** Writes so many bytes of a frame, its WebSocket head included, and ends the TCP connection. */
  cutWithin(frame: Uint8Array, bytes: number): void {
    const whole = Buffer.concat([binaryFrameHead(frame.length), frame]);
    this.#end('fault: cut-frame');
    this.#options.stream.end(whole.subarray(0, bytes), () => this.#options.socket.terminate());
  }

  /** Withholds every frame for so long; PINGs go on. Infinity for good. */
  fallDeaf(forMs: number): void {
    this.#deafUntil = Date.now() + forMs;
  }

  /** Lets frames trickle for so long. */
  slowDown(pace: { readonly forMs: number; readonly bytes: number; readonly pauseMs: number }): void {
    this.#trickle.begin(pace);
  }

  close(code: number): void {
    this.#options.socket.close(code);
  }

  /** Ends the connection without a closing handshake. */
  terminate(reason: string): void {
    this.#end(reason);
    this.#options.socket.terminate();
  }

  #write(frame: Uint8Array): void {
    const { socket } = this.#options;
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) this.terminate('the client reads too slowly');
    else if (this.open && socket.readyState === socket.OPEN) socket.send(frame, { binary: true });
  }

  #sendPing(): void {
    // A PING inside a frame that is half sent would break it; nobody can be blamed for its missing pong.
    if (this.#trickle.busy) this.#pongDeadline.refresh();
    else this.#options.socket.ping();
  }

  #hear(data: RawData, isBinary: boolean): void {
    if (!isBinary) return this.#remark('a text frame; clients speak binary');
    try {
      const frame = readClientFrame(bytesOf(data));
      if (frame.kind === 'hb') this.#hearHeartbeat();
      else if (frame.kind === 'ack') this.#hearAck(frame.logId, frame.internalExt);
      else this.#remark(`a frame of unknown type "${frame.payloadType}"`);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#remark(`a frame that is no PushFrame: ${error.message}`);
    }
  }

  #hearHeartbeat(): void {
    this.heartbeats.push(Date.now());
    if (this.heartbeats.length > MAX_KEPT) this.heartbeats.shift();
    this.#heartbeatDeadline.refresh();
    if (this.#options.answerHeartbeats) this.send(encodeBareFrame('hb'));
  }

  #hearAck(logId: string, internalExt: string): void {
    const frame = this.#unconfirmed.get(logId);
    const matched = frame !== undefined && frame.internalExt === internalExt;
    this.acks.push({ at: Date.now(), logId, internalExt, matched });
    if (this.acks.length > MAX_KEPT) this.acks.shift();
    if (frame === undefined) return this.#remark(`an ack for frame ${logId}, which does not wait for one`);
    if (!matched) return this.#remark(`an ack for frame ${logId} with another internal_ext`);
    this.#unconfirmed.delete(logId);
    this.#options.onAck(frame);
  }

  #remark(text: string): void {
    this.remarks.push(text);
    if (this.remarks.length > MAX_KEPT) this.remarks.shift();
  }

  #end(reason: string): void {
    if (this.closedFor !== undefined) return;
    this.closedFor = reason;
    clearInterval(this.#ping);
    clearTimeout(this.#pongDeadline);
    clearTimeout(this.#heartbeatDeadline);
    this.#trickle.stop();
    this.#unconfirmed.clear();
    this.#options.onClose(this);
  }
}

const MAX_KEPT = 1000;
const MAX_UNCONFIRMED = 10_000;
const MAX_BUFFERED_BYTES = 256 * 2 ** 20;

function keepLast(map: Map<string, unknown>, limit: number): void {
  if (map.size < limit) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
