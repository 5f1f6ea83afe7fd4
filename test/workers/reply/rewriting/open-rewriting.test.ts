import { once } from 'node:events';
import t from 'tap';
import type { Segment } from '../../../../protocol/speech.ts';
import { openCrew } from '../../crew.ts';
import { openServers } from '../model/open-chain.ts';
import { requestsTo } from './open-rewriter.ts';

const line = '新进来的朋友可以点一下关注，以后开播就能收到提醒。';

void t.test('a worker says its lines in other words, and so does the one that comes after it', async (t) => {
  const [server] = await openServers(t, {});
  const reply = {
    disclosure: { text: '' },
    idle: [{ id: 'main', lines: [line] }],
    model: { endpoints: [{ id: 'm', url: server?.url, model: 'simulated' }] },
    director: {
      leadMs: 60_000,
      timeCall: { everyMs: 0 },
      rewrites: { perLine: 2, perHour: 36_000, quietMs: 0 },
    },
  };
  const crew = await openCrew(t, 'reply');
  const heard = hear(crew);
  const [active, spare] = await Promise.all([crew.spare({ reply }), crew.spare({ reply })]);
  t.equal(requestsTo(server), 0, 'a spare asks for nothing');
  await crew.promote(active);
  await heard.until((said) => said.size >= 3);
  t.ok(heard.said.has(line));
  const asked = requestsTo(server);
  t.ok(asked >= 2);
  crew.giveBack(await active.kill());
  heard.said.clear();
  await crew.promote(spare);
  await heard.until((said) => [...said].some((text) => text !== line));
  t.equal(requestsTo(server), asked, 'what was written is known');
});

/** The different lines of the script that were said. */
function hear(crew: Awaited<ReturnType<typeof openCrew>>) {
  const said = new Set<string>();
  const changes = new EventTarget();
  const listen = async () => {
    for await (const { message } of crew.bus.listen('live.demo.speech.idle', crew.signal)) {
      if (message.type !== 'segment') continue;
      const { script, text, index } = message.body satisfies Segment;
      if (index === 0) said.add(script.join('') || text);
      changes.dispatchEvent(new Event('change'));
    }
  };
  void listen();
  return {
    said,
    async until(is: (said: ReadonlySet<string>) => boolean) {
      while (!is(said)) await once(changes, 'change');
    },
  };
}
