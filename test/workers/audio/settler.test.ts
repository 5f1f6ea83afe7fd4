import t from 'tap';
import { Settler } from '../../../workers/audio/settler.ts';
import { causeOf } from './fixtures.ts';

const ending = (id: string) => ({
  utteranceId: `u:${id}`,
  what: 'spoken' as const,
  reason: '',
  text: '',
  causes: [causeOf(id), causeOf(`${id}2`, { merged: true })],
});

void t.test('add() settles an ending only after all its outcomes are in the ledger', async (t) => {
  const log: string[] = [];
  const settler = new Settler({
    room: 'demo',
    signal: new AbortController().signal,
    onSettled: ({ utteranceId }) => log.push(`settled ${utteranceId}`),
    bus: {
      publish: async (subject, _type, _body, { msgId }) => {
        await Promise.resolve();
        log.push(`${subject} ${msgId}`);
        return { seq: 1, duplicate: false };
      },
    },
  });
  settler.add(ending('a'));
  settler.add(ending('b'));
  await settler.settled();
  t.strictSame(log, [
    'live.demo.outcome.spoken o:a',
    'live.demo.outcome.merged o:a2',
    'settled u:a',
    'live.demo.outcome.spoken o:b',
    'live.demo.outcome.merged o:b2',
    'settled u:b',
  ]);
});

void t.test(
  'settled() returns when the signal says stop, and leaves the rest to the successor',
  async (t) => {
    const stop = new AbortController();
    const settled: string[] = [];
    const settler = new Settler({
      room: 'demo',
      signal: stop.signal,
      onSettled: ({ utteranceId }) => settled.push(utteranceId),
      bus: {
        publish: async (_subject, _type, _body, { signal }) => {
          await new Promise((_resolve, reject) => {
            if (signal.aborted) reject(new Error('stop'));
            signal.addEventListener('abort', () => reject(new Error('stop')), { once: true });
          });
          return { seq: 1, duplicate: false };
        },
      },
    });
    settler.add(ending('a'));
    stop.abort();
    await settler.settled();
    t.strictSame(settled, []);
  },
);
