import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { NotOursError, decodeAs } from '../../protocol/codec.ts';
import { Ledger } from '../ledger.ts';
import type { ConfigurationRecord, Head, Link, Manifest } from './archive.ts';
import { formatName, formatVersion } from './archive.ts';
import { archivedBuckets, archivedStreams } from './archived-streams.ts';
import { toRecord } from './message-record.ts';
import { StoredMessages } from './stored-messages.ts';
import type { StreamMoment } from './stored-messages.ts';
import { ArchiveWriter } from './write-archive.ts';
import type { StreamFrame } from './write-archive.ts';

type Mark = StreamFrame['mark'];

/** The archive that an incremental one begins after. */
export interface Base {
  link: Link;
  chain: Link[];
  streams: Manifest['streams'];
}

export interface BackupOptions {
  connection: NatsConnection;
  /** A supervisor is running: outcomes may still come. */
  onAir: boolean;
  home: string;
  file: string;
  /** ISO time, also in the file's name. */
  created: string;
  /** Undefined: a full archive. Its streams have to be the same ones (`chooseBase`). */
  base: Base | undefined;
  configuration: ConfigurationRecord | undefined;
  signal: AbortSignal;
}

/** Writes one archive of everything that the bus holds but sound. Throws when the bus or the disk fails; then no file is there. */
export async function takeBackup(options: BackupOptions): Promise<{ head: Head; manifest: Manifest }> {
  const { connection, onAir, home, file, created, base, configuration, signal } = options;
  const stored = await StoredMessages.open(connection);
  const head: Head = {
    kind: 'head',
    format: formatName,
    version: formatVersion,
    id: randomUUID(),
    created,
    type: base ? 'incremental' : 'full',
    host: hostname(),
    home,
    chain: base ? [...base.chain, base.link] : [],
  };
  await using writer = await ArchiveWriter.open(file, head);
  if (configuration) await writer.addConfiguration({ ...configuration, file: basename(configuration.file) });
  const frames = new Map<string, StreamFrame>();
  const after = (stream: string) => base?.streams[stream]?.upTo ?? 0;
  const markOf = (stream: string): Mark => base?.streams[stream]?.mark ?? { seq: 0, time: '' };

  for (const stream of archivedBuckets) {
    const moment = await stored.look(stream);
    // A value that is overwritten meanwhile is gone: only reading to the end, whatever that is, finds a value for every key.
    let upTo = Math.max(moment.lastSeq, after(stream));
    let mark = markOf(stream);
    for await (const message of messagesOf(stream, moment, after(stream), Infinity)) {
      upTo = Math.max(upTo, message.seq);
      mark = await write(stream, message);
    }
    frames.set(stream, { keptFrom: moment.firstSeq, upTo, mark });
  }

  const moments = new Map<string, StreamMoment>();
  for (const stream of archivedStreams) moments.set(stream, await stored.look(stream));
  const ledger = new Ledger();
  for (const [stream, moment] of moments) {
    // The balance is of everything, so these are read whole, also for an incremental archive.
    const whole = stream === 'EVENTS' || stream === 'OUTCOME';
    let firstRead = 0;
    let mark = markOf(stream);
    for await (const message of messagesOf(stream, moment, whole ? 0 : after(stream), moment.lastSeq)) {
      firstRead ||= message.seq;
      if (stream === 'EVENTS') ours(() => ledger.addEvent(decodeAs('event', message.data)));
      if (stream === 'OUTCOME') ours(() => ledger.addOutcome(decodeAs('outcome', message.data)));
      if (message.seq > after(stream)) mark = await write(stream, message);
    }
    // What aged out before its turn came is not in the balance, and so must not come back from an earlier archive.
    const keptFrom = !whole ? moment.firstSeq : firstRead || moment.lastSeq + 1;
    frames.set(stream, { keptFrom, upTo: moment.lastSeq, mark });
  }
  const at = Date.now();
  const manifest = await writer.finish(frames, { at, onAir, result: ledger.balance(at, onAir) }, signal);
  return { head, manifest };

  async function write(stream: string, message: JsMsg): Promise<Mark> {
    const record = toRecord(stream, message);
    await writer.addMessage(record);
    return { seq: record.seq, time: record.time };
  }

  async function* messagesOf(stream: string, moment: StreamMoment, afterSeq: number, upToSeq: number) {
    if (moment.lastSeq === 0) return;
    yield* stored.read(stream, { fromSeq: Math.max(afterSeq + 1, moment.firstSeq), upToSeq, signal });
  }
}

/** What is not ours counts for nothing in the ledger, as in `inspect --balance`. */
function ours(count: () => void): void {
  try {
    count();
  } catch (error) {
    if (!(error instanceof NotOursError)) throw error;
  }
}
