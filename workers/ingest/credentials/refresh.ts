import { bulkhead } from 'cockatiel';
import { z } from 'zod';
import type { RefreshConfig } from '../../../protocol/sources/credentials.ts';
import { WebClient } from '../web-client.ts';
import { askOperator } from '../operator-call.ts';
import { pairsOf } from './expiry.ts';

/** What the operator's hook gets, as JSON. */
export interface RefreshInput {
  room: string;
  platform: string;
  /** Why the old ones are not good any more, for people. */
  reason: string;
}

/** The hook gave no new credentials. Its message holds nothing of what the hook said. */
export class RefreshError extends Error {
  override name = 'RefreshError';
  readonly code = 'refresh';
}

export type Refresh = Exclude<RefreshConfig, { type: 'none' }>;

/** Logging in may start a browser: of all rooms together so many do it at once, and so many wait for it. */
const atOnce = bulkhead(2, 256);
const maxCookieLength = 32_768;
const answerSchema = z.object({ cookie: z.string() });

/** Asks the operator's hook for a new cookie header. Throws RefreshError, also when its time is over. */
export async function askForCookie(
  refresh: Refresh,
  input: RefreshInput,
  signal: AbortSignal,
): Promise<string> {
  const who = refresh.type === 'command' ? `The command "${refresh.command[0]}"` : 'The address';
  try {
    return await atOnce.execute(async () => {
      await using web = new WebClient();
      const text = JSON.stringify(input);
      return readCookie(await askOperator(refresh, { input: text, web, signal, isSecret: true }));
    });
  } catch (error) {
    signal.throwIfAborted();
    // Of an address, not even the error: it holds the address, and that may hold a key.
    const said = refresh.type === 'url' && !(error instanceof RefreshError);
    const reason = said ? 'could not be asked, or did not answer with 200 in time' : messageOf(error);
    throw new RefreshError(`${who} for new credentials: ${reason}`);
  }
}

/** The cookie header in a hook's answer: plain text, or JSON with the field `cookie`. Throws RefreshError, without a word of it. */
export function readCookie(answer: string): string {
  const text = answer.trim();
  const cookie = (text.startsWith('{') ? fieldOf(text) : text).trim();
  if (cookie === '') throw new RefreshError('it answered nothing');
  if (cookie.length > maxCookieLength) throw new RefreshError(`it answered ${cookie.length} characters`);
  const names = [...pairsOf(cookie)].filter(([name, value]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && value);
  if (names.length === 0) throw new RefreshError('what it answered is no cookie header (name=value; …)');
  return cookie;
}

function fieldOf(text: string): string {
  try {
    return answerSchema.parse(JSON.parse(text)).cookie;
  } catch {
    // What a parser says of it holds a piece of it.
    throw new RefreshError('what it answered is no JSON with the field "cookie"');
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'it failed');
