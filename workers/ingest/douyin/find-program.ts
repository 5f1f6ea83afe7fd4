import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

interface Surroundings {
  /** Folders as in the environment's PATH; when that is not set, those that the system searches. */
  path?: string;
  platform?: NodeJS.Platform;
}

/** The file that would be run for the name of a program, found as the system finds it; undefined when there is none. */
export async function findProgram(
  program: string,
  { path = process.env['PATH'] ?? '/usr/bin:/bin', platform = process.platform }: Surroundings = {},
): Promise<string | undefined> {
  const isPlace = platform === 'win32' ? /[/\\]/.test(program) : program.includes('/');
  const files = isPlace
    ? [program]
    : path.split(delimiter).map((folder) => (folder === '' ? program : join(folder, program)));
  const endings = platform === 'win32' ? ['', '.exe', '.com'] : [''];
  for (const file of files) {
    for (const ending of endings) if (await isProgram(file + ending)) return file + ending;
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
