import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Show } from '../support/show.ts';

const project = resolve(import.meta.dirname, '../..');

/** The configuration file of a show, as somebody would change it: an object, or any text. */
export function writeConfiguration(show: Show, config: object | string): void {
  writeFileSync(join(show.home, 'onair.yaml'), typeof config === 'string' ? config : JSON.stringify(config));
}

/** What `npm run reload` does, and what it says. */
export async function runReload(show: Show): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [join(project, 'ops/reload.ts'), '--home', show.home], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, said: out + err };
}
