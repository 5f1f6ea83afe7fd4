import { readFile } from 'node:fs/promises';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { connect, credsAuthenticator } from '@nats-io/transport-node';
import type { NatsConfig } from '../../../protocol/sources/generic.ts';
import { FrameQueue } from '../douyin/frame-queue.ts';
import type { Feed, FeedEnd, Opening, RawMessage, Source, SourceFrame, SourceParts } from '../source.ts';
import { SourceError } from '../source.ts';
import { TimeSlice } from '../time-slice.ts';
import { readNatsServers } from './nats-servers.ts';
import { readMessage } from './read-message.ts';

const connectTimeoutMs = 10_000;
const maxMessages = 4_096;

/** Events that are published to a subject. Who publishes with a reply subject is answered once they are kept; else NATS keeps nothing. */
export class NatsSource implements Source {
  readonly platform: string;
  readonly #config: NatsConfig;
  readonly #parts: SourceParts;

  constructor(platform: string, config: NatsConfig, parts: SourceParts) {
    this.platform = platform;
    this.#config = config;
    this.#parts = parts;
  }

  async open(signal: AbortSignal): Promise<Opening> {
    const { servers, credentialsFile, subject, queue } = this.#config;
    signal.throwIfAborted();
    const connection = await this.#connect(servers, credentialsFile);
    if (signal.aborted) await connection.close();
    signal.throwIfAborted();
    return { kind: 'open', feed: new NatsFeed(connection, { subject, queue, parts: this.#parts }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** The session connects again, by its own delays. */
  async #connect(servers: string[], credentialsFile: string): Promise<NatsConnection> {
    const { addresses, authenticator, isEncrypted } = readNatsServers(servers);
    try {
      const credentials = credentialsFile ? await readFile(credentialsFile) : undefined;
      return await connect({
        servers: addresses,
        name: `onair ${this.#parts.room}`,
        reconnect: false,
        timeout: connectTimeoutMs,
        pingInterval: 10_000,
        maxPingOut: 2,
        ...(isEncrypted ? { tls: {} } : {}),
        ...(credentials
          ? { authenticator: credsAuthenticator(credentials) }
          : authenticator
            ? { authenticator }
            : {}),
      });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      const isRefused = /auth/i.test(error.name + error.message);
      const text = `NATS at ${addresses.join(', ')}: ${error.message}`;
      throw new SourceError(isRefused ? 'authentication' : 'network', text, { cause });
    }
  }
}

interface NatsFeedOptions {
  subject: string;
  queue: string;
  parts: SourceParts;
}

interface Waiting {
  bytes: Uint8Array;
  message: RawMessage;
  answer: (answer: object) => void;
}

class NatsFeed implements Feed {
  readonly title: string;
  readonly anchor = '';
  readonly #connection: NatsConnection;
  readonly #parts: SourceParts;
  readonly #queue: FrameQueue<Waiting>;
  #isFull = false;
  #end: FeedEnd | undefined;

  constructor(connection: NatsConnection, { subject, queue, parts }: NatsFeedOptions) {
    this.title = `NATS subject ${subject}`;
    this.#connection = connection;
    this.#parts = parts;
    this.#queue = new FrameQueue({
      maxFrames: maxMessages,
      onFull: () => {
        this.#isFull = true;
      },
      onRoom: () => {
        this.#isFull = false;
      },
    });
    connection.subscribe(subject, {
      ...(queue ? { queue } : {}),
      callback: (error, message) => {
        if (error) this.#giveUp(`no right to ${subject}: ${error.message}`, 'authentication');
        else this.#receive(message);
      },
    });
    void connection.closed().then((error) => {
      this.#giveUp(`closed${error instanceof Error ? `: ${error.message}` : ''}`, 'network');
    });
  }

  async *frames(stopReading: AbortSignal): AsyncGenerator<SourceFrame, FeedEnd> {
    const stop = () => this.#queue.end();
    stopReading.addEventListener('abort', stop, { once: true });
    if (stopReading.aborted) stop();
    const slice = new TimeSlice();
    try {
      for (;;) {
        const waiting = await this.#queue.take();
        if (!waiting) return this.#end ?? { reason: 'reading was stopped', waitMs: 0 };
        if (slice.isOver) await slice.next();
        const { message, answer } = waiting;
        const { observations, problems } = readMessage(message, this.#parts);
        this.#parts.tally.count('messages');
        yield {
          receivedAt: message.receivedAt,
          observations,
          acknowledge: () => answer({ accepted: observations.length, rejected: problems }),
        };
      }
    } finally {
      stopReading.removeEventListener('abort', stop);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#queue.end();
    await this.#connection.close();
  }

  /** NATS cannot be told to wait: what is too much is refused, and that is said to who asks, and here. */
  #receive(message: Msg): void {
    const { tally, faults, room, onRaw, isCertain } = this.#parts;
    tally.count('frames');
    const answer = (body: object) => {
      if (message.reply && isCertain() && !this.#connection.isClosed()) message.respond(JSON.stringify(body));
    };
    if (this.#isFull) {
      tally.count('oversized');
      faults.report('nats-full', { room }, 'more events come over NATS than can be kept; one was refused');
      return answer({
        error: { field: '', reason: 'more is waiting than can be kept at once: send it again' },
      });
    }
    const raw: RawMessage = { receivedAt: Date.now(), form: 'text', data: message.data };
    onRaw(raw);
    this.#queue.add({ bytes: message.data, message: raw, answer });
  }

  #giveUp(reason: string, trouble: NonNullable<FeedEnd['trouble']>): void {
    this.#end ??= { reason, waitMs: 0, trouble };
    this.#queue.end();
  }
}
