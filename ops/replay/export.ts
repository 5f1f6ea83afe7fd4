import { open, rename, unlink } from 'node:fs/promises';
import { encodeHeader, encodePrefix } from '../../workers/ingest/recording/format.ts';
import { readRecording } from '../../workers/ingest/recording/read-recording.ts';
import type { RawMessage } from '../../workers/ingest/source.ts';
import { pseudonymiseDouyin } from './pseudonymise-douyin.ts';
import { Pseudonyms } from './pseudonyms.ts';
import type { Survey } from './survey.ts';

export interface Exported {
  written: number;
  /** Damaged, or nothing but a heartbeat. */
  leftOut: number;
}

type Change = (message: RawMessage, pseudonyms: Pseudonyms) => Buffer | undefined;
/** By the type of the source; what is not here has no way of being pseudonymised yet. */
const changes: Record<string, Change> = {
  douyin: ({ data }, pseudonyms) => pseudonymiseDouyin(data, pseudonyms),
};

/** Writes a recording of the same messages in our own form; with `pseudonymise`, of other viewers. The file is there when it is whole. */
export async function exportRecording(
  path: string,
  to: string,
  { source }: Pick<Survey, 'source'>,
  { pseudonymise }: { pseudonymise: boolean },
): Promise<Exported> {
  const change = changes[source];
  if (pseudonymise && !change)
    throw new Error(
      `A recording of "${source}" cannot be pseudonymised; only of ${Object.keys(changes).join(', ')}`,
    );
  const pseudonyms = new Pseudonyms();
  const exported = { written: 0, leftOut: 0 };
  const partial = `${to}.part`;
  const file = await open(partial, 'w', 0o600);
  try {
    await file.write(
      encodeHeader({ source, room: pseudonymise ? 'room' : '', startedAt: 0, pseudonymised: pseudonymise }),
    );
    for await (const item of readRecording(path)) {
      if (item.kind === 'damage') exported.leftOut += 1;
      if (item.kind !== 'message') continue;
      const { message } = item;
      const data = pseudonymise && change ? change(message, pseudonyms) : message.data;
      if (!data) exported.leftOut += 1;
      else {
        await file.writev([encodePrefix({ ...message, data }), data]);
        exported.written += 1;
      }
    }
    await file.sync();
  } catch (error) {
    await file.close();
    await unlink(partial);
    throw error;
  }
  await file.close();
  await rename(partial, to);
  return exported;
}
