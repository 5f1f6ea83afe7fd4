import { join } from 'node:path';
import t from 'tap';
import { loadConfigApart } from '../../supervisor/load-config-apart.ts';
import { loadConfig } from '../../supervisor/load-config.ts';

void t.test('loadConfigApart() gives what loadConfig() gives, good or bad', async (t) => {
  const folder = t.testdir({
    'good.yaml': 'rooms: [{id: a, source: {type: douyin, webRid: "${env:ROOM}"}}]\n',
    'bad.yaml': 'rooms: [{id: "a b"}]\nnothing: 1\n',
  });
  const environment = { ROOM: '7' };
  for (const file of ['', join(folder, 'good.yaml'), join(folder, 'bad.yaml'), join(folder, 'none.yaml')])
    t.strictSame(
      await loadConfigApart(file, environment),
      await loadConfig(file, environment),
      file.slice(folder.length),
    );
});

void t.test('loadConfigApart() rejects when its process cannot say anything', async (t) => {
  const folder = t.testdir({ 'onair.yaml': 'rooms: []\n' });
  const environment = { NODE_OPTIONS: '--no-such-option' };
  await t.rejects(
    loadConfigApart(join(folder, 'onair.yaml'), environment),
    /Cannot read the configuration: its reader ended with code 9/,
  );
});
