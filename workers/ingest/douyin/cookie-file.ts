import { readFile } from 'node:fs/promises';
import type { DouyinSource } from '../../../protocol/config.ts';

/** The operator's cookies: those of the file, which may be renewed while we run, behind those of the configuration. */
export async function readOperatorCookies({
  cookie,
  cookieFile,
}: Pick<DouyinSource, 'cookie' | 'cookieFile'>): Promise<string> {
  if (!cookieFile) return cookie;
  try {
    return `${cookie}\n${await readFile(cookieFile, 'utf8')}`;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot read cookieFile "${cookieFile}": ${reason}`, { cause });
  }
}
