import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import t from 'tap';
import { installedPlayers, systemPlayers } from '../../../../workers/audio/outputs/system-players.ts';

void t.test('installedPlayers() finds programs on PATH in the order of preference', async (t) => {
  const dir = t.testdir();
  for (const folder of ['a', 'b']) mkdirSync(join(dir, folder));
  writeFileSync(join(dir, 'a', 'aplay'), '', { mode: 0o755 });
  writeFileSync(join(dir, 'a', 'paplay'), '', { mode: 0o644 });
  writeFileSync(join(dir, 'b', 'pw-play'), '', { mode: 0o755 });
  const path = ['', join(dir, 'a'), join(dir, 'b')].join(delimiter);
  t.strictSame(
    installedPlayers(path).map(({ program }) => program),
    [join(dir, 'b', 'pw-play'), join(dir, 'a', 'aplay')],
  );
  t.strictSame(installedPlayers(''), []);
});

void t.test('systemPlayers says rate, width and channels to every player', async (t) => {
  for (const { program, args } of systemPlayers) {
    const line = args.join(' ');
    t.match(line, /48000/, program);
    t.match(line, /s16|S16_LE|-b 16/, program);
    t.match(line, /mono|channels[= ]1|-c 1/, program);
  }
});
