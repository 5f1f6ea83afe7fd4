import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { decodeEntry } from '../../../../workers/tts/cache/entry-format.ts';
import type { SpeechCacheStats } from '../../../../workers/tts/cache/speech-cache.ts';
import { openFolder } from './sounds.ts';

const program = join(import.meta.dirname, 'reads-and-writes.ts');

void t.test(
  'SpeechCache shares its folder with other processes: nothing torn, nothing lost, within its bytes',
  async (t) => {
    const folder = openFolder(t);
    const run = async (seed: number) => {
      const { stdout } = await promisify(execFile)(process.execPath, [program, folder, `${seed}`, '1500'], {
        env: { PATH: process.env['PATH'] },
      });
      return JSON.parse(stdout) as { wrong: number; warnings: string[]; stats: SpeechCacheStats };
    };
    for (const { wrong, warnings, stats } of await Promise.all([run(17), run(4_711)])) {
      t.same(
        { wrong, warnings, damaged: stats.damaged, errors: stats.diskErrors },
        { wrong: 0, warnings: [], damaged: 0, errors: 0 },
      );
      t.ok(stats.diskHits > 0 && stats.misses > 0 && stats.diskEvictions > 0, JSON.stringify(stats));
    }
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile());
    t.same(
      files.filter((file) => !file.endsWith('.sound')),
      [],
      'no draft is left',
    );
    const bytes = files.map((file) => decodeEntry(readFileSync(file)) && statSync(file).size);
    t.ok(bytes.reduce((sum, size) => sum + size, 0) <= 1_000_000);
    t.ok(files.length > 10);
  },
);
