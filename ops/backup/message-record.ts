import { headers } from '@nats-io/transport-node';
import type { MsgHdrs } from '@nats-io/transport-node';
import type { JsMsg } from '@nats-io/jetstream';
import type { MessageRecord } from './archive.ts';

/** A message of the bus as it goes into an archive. */
export function toRecord(stream: string, message: JsMsg): MessageRecord {
  return {
    kind: 'message',
    stream,
    seq: message.seq,
    time: message.time.toISOString(),
    subject: message.subject,
    headers: [...(message.headers ?? [])].map(([name, values]) => [name, [...values]]),
    data: Buffer.from(message.data).toString('base64'),
  };
}

/** Conditions on the stream it was published into: they held there, and mean nothing in another one. */
const condition = /^Nats-Expected-/i;

/** What of a message is the same before and after a restore: not its sequence and time, and not the conditions of its publishing. */
export function contentOf({ subject, headers: all, data }: MessageRecord): string {
  return JSON.stringify([subject, all.filter(([name]) => !condition.test(name)), data]);
}

/** The headers to publish it with again; undefined: it had none. */
export function headersToPublish({ headers: all }: MessageRecord): MsgHdrs | undefined {
  const kept = all.filter(([name]) => !condition.test(name));
  if (kept.length === 0) return undefined;
  const result = headers();
  for (const [name, values] of kept) for (const value of values) result.append(name, value);
  return result;
}

/** `Nats-Msg-Id`, by which the bus recognises a repeated message; empty: none. */
export function messageIdOf({ headers: all }: MessageRecord): string {
  return all.find(([name]) => name.toLowerCase() === 'nats-msg-id')?.[1][0] ?? '';
}
