import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Ledger } from '../../../ops/ledger.ts';
import type { Head, Link, MessageRecord } from '../../../ops/backup/archive.ts';
import { archiveName } from '../../../ops/backup/archive.ts';
import { ArchiveWriter } from '../../../ops/backup/write-archive.ts';

export interface MakeOptions {
  folder: string;
  records?: MessageRecord[];
  head?: Partial<Head>;
  keptFrom?: number;
}

/** A message of a stream; its payload is none of ours, which an archive does not care about. */
export function record(seq: number, changes: Partial<MessageRecord> = {}): MessageRecord {
  return {
    kind: 'message',
    stream: 'EVENTS',
    seq,
    time: '2026-01-31T18:05:09.000Z',
    subject: 'live.demo.event.chat',
    headers: [['Nats-Msg-Id', [`id-${seq}`]]],
    data: Buffer.from(`payload ${seq}`).toString('base64'),
    ...changes,
  };
}

/** Writes an archive of these messages; returns what a later one needs to begin after it. */
export async function makeArchive(options: MakeOptions): Promise<{ file: string; link: Link; head: Head }> {
  const { folder, records = [record(1), record(2)], keptFrom = 1 } = options;
  const head: Head = {
    kind: 'head',
    format: 'onair-backup',
    version: 1,
    id: randomUUID(),
    created: '2026-01-31T18:05:09.123Z',
    type: 'full',
    host: 'here',
    home: '/home',
    chain: [],
    ...options.head,
  };
  const name = archiveName(head.created, head.type);
  const file = join(folder, name);
  await using writer = await ArchiveWriter.open(file, head);
  for (const each of records) await writer.addMessage(each);
  const streams = new Set(records.map(({ stream }) => stream));
  const frames = new Map(
    [...streams].map((stream) => {
      const upTo = Math.max(...records.filter((each) => each.stream === stream).map(({ seq }) => seq));
      return [stream, { mark: { seq: upTo, time: '' }, keptFrom, upTo }];
    }),
  );
  const balance = { at: 0, onAir: false, result: new Ledger().balance(0, false) };
  await writer.finish(frames, balance, AbortSignal.timeout(60_000));
  return { file, link: { id: head.id, file: name, created: head.created }, head };
}
