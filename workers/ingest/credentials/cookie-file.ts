import { readFile, stat } from 'node:fs/promises';
import type { CredentialConfig } from '../../../protocol/sources/credentials.ts';

/** The operator's cookies: those of the file, which may be renewed while we run, behind those of the configuration. */
export async function readOperatorCookies({
  cookie,
  cookieFile,
}: Pick<CredentialConfig, 'cookie' | 'cookieFile'>): Promise<string> {
  if (!cookieFile) return cookie;
  try {
    return `${cookie}\n${await readFile(cookieFile, 'utf8')}`;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot read cookieFile "${cookieFile}": ${reason}`, { cause });
  }
}

/** When the cookie file was changed, in unix milliseconds; 0: there is none. */
export async function cookieFileChangedAt(cookieFile: string): Promise<number> {
  if (!cookieFile) return 0;
  return await stat(cookieFile).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
