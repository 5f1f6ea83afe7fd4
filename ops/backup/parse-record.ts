import { z } from 'zod';
import type { ArchiveRecord } from './archive.ts';
import { ArchiveError, formatVersion } from './archive.ts';

const seq = z.int().min(0);
const link = z.object({ id: z.string().min(1), file: z.string().min(1), created: z.string() });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const summary = z.object({
  mark: z.object({ seq, time: z.string() }),
  messages: seq,
  first: seq,
  last: seq,
  keptFrom: seq,
  upTo: seq,
  sha256,
});

const schemas = {
  head: z.looseObject({
    kind: z.literal('head'),
    format: z.string(),
    version: z.int(),
    id: z.string().min(1),
    created: z.iso.datetime(),
    type: z.enum(['full', 'incremental']),
    host: z.string(),
    home: z.string(),
    chain: z.array(link),
  }),
  configuration: z.object({ kind: z.literal('configuration'), file: z.string(), text: z.string() }),
  message: z.object({
    kind: z.literal('message'),
    stream: z.string().min(1),
    seq: z.int().min(1),
    time: z.string(),
    subject: z.string().min(1),
    headers: z.array(z.tuple([z.string(), z.array(z.string())])),
    data: z.string(),
  }),
  manifest: z.object({
    kind: z.literal('manifest'),
    streams: z.record(z.string(), summary),
    balance: z.object({ at: z.number(), onAir: z.boolean(), result: z.looseObject({ events: seq }) }),
    sha256,
  }),
};

/** One line of an archive; throws ArchiveError for anything that is not a record. */
export function parseRecord(line: Buffer): ArchiveRecord {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw new ArchiveError('it has a line that is not JSON', { cause });
  }
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(schemas, kind)) {
    throw new ArchiveError('it has a line of a kind that this version does not know');
  }
  // A version of the future may have changed everything else: it is named before its shape is blamed.
  if (kind === 'head' && looksForeign(value)) return value as ArchiveRecord;
  const parsed = schemas[kind as keyof typeof schemas].safeParse(value);
  if (!parsed.success) throw new ArchiveError(`it has a ${kind} that is not one`, { cause: parsed.error });
  return parsed.data as unknown as ArchiveRecord;
}

function looksForeign(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'version' in value && value.version !== formatVersion;
}
