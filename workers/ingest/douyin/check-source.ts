import type { DouyinSource } from '../../../protocol/config.ts';
import type { ConfigurationProblem } from '../../../protocol/configuration-error.ts';
import { readOperatorCookies } from '../credentials/cookie-file.ts';
import { findProgram } from './find-program.ts';

/** What of a room's source cannot be had here: its cookie file, its signer's program. Paths begin at the source. */
export async function checkDouyinSource(
  source: Pick<DouyinSource, 'cookie' | 'cookieFile' | 'signer'>,
): Promise<ConfigurationProblem[]> {
  return [...(await checkCookieFile(source)), ...(await checkSigner(source))];
}

export async function checkCookieFile(
  source: Pick<DouyinSource, 'cookie' | 'cookieFile'>,
): Promise<ConfigurationProblem[]> {
  try {
    await readOperatorCookies(source);
    return [];
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return [{ path: 'cookieFile', message: `cannot be read: ${reason}` }];
  }
}

async function checkSigner({ signer }: Pick<DouyinSource, 'signer'>): Promise<ConfigurationProblem[]> {
  if (signer.type !== 'command') return [];
  const [program = ''] = signer.command;
  if (await findProgram(program)) return [];
  return [{ path: 'signer.command[0]', message: `there is no program "${program}"` }];
}
