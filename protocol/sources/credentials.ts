import { z } from 'zod';
import { address, ms, web } from '../config-fields.ts';

const timeoutMs = ms(50, 300_000, 30_000, 'Deadline of one call');
const afterFailures = z
  .int()
  .min(1)
  .max(100)
  .default(3)
  .describe('Refusals in a row before it is called; credentials that have ended call it at once');

/** Who is asked for new credentials when a platform no longer takes those of a room. */
export const refreshSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({
      type: z.literal('command'),
      command: z.array(z.string().min(1)).min(1).describe('Program and arguments; no shell'),
      timeoutMs,
      afterFailures,
    }),
    z.strictObject({
      type: z.literal('url'),
      url: address(web).describe('Called by POST with the same JSON'),
      timeoutMs,
      afterFailures,
    }),
  ])
  .default({ type: 'none' })
  .describe(
    'Gives a new cookie: gets {room, platform, reason} as JSON on stdin, or as body, and answers a cookie header, or JSON with the field cookie',
  );

export type RefreshConfig = z.infer<typeof refreshSchema>;

/** For every source that logs in with a cookie. */
export const credentialFields = {
  cookie: z.string().default('').describe('Cookie header of a logged-in account; guests get no gifts'),
  cookieFile: z
    .string()
    .default('')
    .describe('File that holds the cookie header, or one cookie a line; read again with each connection'),
  refresh: refreshSchema,
};

export interface CredentialConfig {
  cookie: string;
  cookieFile: string;
  refresh: RefreshConfig;
}
