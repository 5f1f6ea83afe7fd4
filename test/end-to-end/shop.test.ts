import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { exitCodes } from '../../protocol/exit-codes.ts';
import { Show, silentRoom } from '../support/show.ts';

const main = resolve(import.meta.dirname, '../../supervisor/main.ts');

function shopFile(t: Test, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'onair-shop-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'shop.yaml');
  writeFileSync(file, text);
  return file;
}

const cheeseFor = (price: string) => `products:\n  - { number: 1, name: 奶酪, price: "${price}" }\n`;
const withShop = (file: string) => ({
  ...silentRoom,
  reply: {
    ...silentRoom.reply,
    rules: [],
    templates: { chat: [] },
    shop: { file, lookEveryMs: 100 },
    board: { ...silentRoom.reply.board, repeatMs: 0 },
  },
});

void t.test(
  'prices follow the file of the shop while the show runs; a broken file changes nothing',
  async (t) => {
    const file = shopFile(t, cheeseFor('39.9'));
    await using show = await Show.start(t, withShop(file));
    await show.untilConnected();
    const told = async (text: string) =>
      await show.until(text, () => show.lines.some((line) => line.includes(text)));
    const answerTo = async (user: string) => {
      const [asked] = await show.say({ kind: 'chat', user, text: '1号多少钱' });
      t.match(await show.untilOutcome(asked?.msgId ?? ''), { what: 'spoken' });
      const { signal } = new AbortController();
      for await (const { body } of show.bus.read('SPEECH', 'segment', {
        filter: 'live.demo.speech.*',
        from: { seq: 1 },
        signal,
      })) {
        if (body.causes.some(({ eventId }) => eventId.endsWith(`:${asked?.msgId}`))) return body.text;
      }
      return '';
    };
    t.match(await answerTo('小明'), /39\.9|三十九/);
    writeFileSync(file, cheeseFor('49.9'));
    await told('the shop has changed: 1 products');
    t.match(await answerTo('小红'), /49\.9|四十九/);
    writeFileSync(file, 'products: [ {');
    await told('the shop cannot be read, what was known before stays: ');
    t.match(await answerTo('老王'), /49\.9|四十九/);
    t.equal(await show.stop(), 0);
  },
);

void t.test('a shop that is wrong is told with file, line and field before anything starts', (t) => {
  const file = shopFile(t, 'products:\n  - name: 奶酪\n    price: 三十九\n  - stock: 5\n');
  const home = t.testdir();
  const config = join(home, 'onair.yaml');
  writeFileSync(config, JSON.stringify(withShop(file)));
  const { status, stderr } = spawnSync(process.execPath, [main, '--config', config, '--home', home], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  t.equal(status, exitCodes.badConfiguration);
  t.match(stderr, /reply\.shop.*shop\.yaml:3: products\[0\]\.price/s);
  t.match(stderr, /shop\.yaml:4: products\[1\]\.name/);
  t.end();
});
