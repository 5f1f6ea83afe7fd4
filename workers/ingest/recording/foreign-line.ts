import { z } from 'zod';
import type { RawMessage } from '../source.ts';

/** A line as other tools write it: `{"t": 1700000000000, "data": "…base64…"}`. */
const lineSchema = z.object({
  /** Unix milliseconds. */
  t: z.number().nonnegative().optional(),
  ts: z.number().nonnegative().optional(),
  receivedAt: z.number().nonnegative().optional(),
  form: z.enum(['binary', 'text', 'fetch']).default('binary'),
  /** Base64; with form `text` the text itself is fine as `text`. */
  data: z.base64().optional(),
  text: z.string().optional(),
});

/** The message in a line; `otherwise`: its time, when the line tells none. Undefined: it is none. */
export function readLine(line: string, otherwise: number): RawMessage | undefined {
  const read = lineSchema.safeParse(parse(line));
  if (!read.success) return undefined;
  const { t, ts, receivedAt, form, data, text } = read.data;
  const at = t ?? ts ?? receivedAt ?? otherwise;
  if (data !== undefined) return { receivedAt: at, form, data: Buffer.from(data, 'base64') };
  return text === undefined ? undefined : { receivedAt: at, form: 'text', data: Buffer.from(text) };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
