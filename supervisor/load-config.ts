import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../protocol/config.ts';
import { demoConfig } from '../protocol/config.ts';
import { describeFailure, toFailure } from '../protocol/failure.ts';
import type { AddedRoom } from '../protocol/read-config.ts';
import { readConfig, readConfigText } from '../protocol/read-config.ts';
import { readAddedRooms } from './added-rooms.ts';
import { checkReferences, resolveFiles } from './check-references.ts';
import { describeProblems } from './describe-problems.ts';

export type LoadResult = { ok: true; config: Config } | { ok: false; lines: string[] };

/**
 * The configuration in a file, ready for use, or everything that is wrong with it, a line each. Without a file: the demonstration.
 * With a home folder: the rooms, too, that were added there by command.
 */
export async function loadConfig(
  file: string,
  environment: Record<string, string | undefined>,
  home = '',
): Promise<LoadResult> {
  let added: AddedRoom[];
  try {
    added = home === '' ? [] : await readAddedRooms(home);
  } catch (error) {
    return { ok: false, lines: [`Cannot read an added room: ${describeFailure(toFailure(error))}`] };
  }
  if (file === '') {
    const demo = readConfig(demoConfig, environment, added);
    return demo.ok ? demo : { ok: false, lines: describeProblems('the demonstration', demo.problems) };
  }
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return { ok: false, lines: [`Cannot read the configuration: ${describeFailure(toFailure(error))}`] };
  }
  const result = readConfigText(text, environment, added);
  if (!result.ok) return { ok: false, lines: describeProblems(file, result.problems) };
  const config = resolveFiles(result.config, dirname(file));
  const problems = checkReferences(config);
  return problems.length > 0 ? { ok: false, lines: describeProblems(file, problems) } : { ok: true, config };
}
