import { delay } from '../../../workers/delay.ts';
import type { BenchOptions } from '../report.ts';
import { quantile } from '../report.ts';
import type { Measured } from '../measure-rows.ts';
import { openIngestStage } from './stage.ts';

const mostMs = 600_000;

/** From the moment at which a connection is cut to the first event that was said after it. */
export async function measureCuts({ isQuick, say }: BenchOptions): Promise<Measured> {
  const cuts = isQuick ? 5 : 50;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(mostMs)]);
  await using stage = await openIngestStage({ rooms: 1, seed: 1, sentLimit: 100_000, signal });
  const [staged] = stage.rooms;
  if (!staged) throw new Error('There is no room');
  const { room, proxy } = staged;
  const tookMs: number[] = [];
  let cutAt = 0;
  let said = 0;
  let saidAtCut = 0;
  const speaking = (async () => {
    while (!stop.signal.aborted) {
      // Only what is said to somebody is an event at once; what is replayed was said before.
      if (room.connections.at(-1)?.open) room.chat({ text: `第${++said}句` });
      if (!(await delay(10, stop.signal))) return;
    }
  })();
  try {
    const live = stage.bus.read('EVENTS', 'event', { filter: 'live.*.event.chat', from: { seq: 1 }, signal });
    let seen = 0;
    let waitFor = 30;
    for await (const { body } of live) {
      if (body.kind !== 'chat') continue;
      seen += 1;
      if (cutAt > 0) {
        if (Number(body.text.slice(1, -1)) <= saidAtCut) continue;
        tookMs.push(Date.now() - cutAt);
        cutAt = 0;
        waitFor = seen + 30;
        if (tookMs.length % 10 === 0) say(`  ${tookMs.length} of ${cuts} cuts`);
        if (tookMs.length === cuts) break;
      } else if (seen >= waitFor) {
        cutAt = Date.now();
        saidAtCut = said;
        proxy.cut();
      }
    }
  } finally {
    stop.abort();
    await speaking;
  }
  return {
    figures: [
      { what: `cut → first event again, p50 of ${cuts}`, value: quantile(tookMs, 0.5), unit: 'ms' },
      { what: 'p99', value: quantile(tookMs, 0.99), unit: 'ms' },
    ],
    notes: [],
    broken:
      tookMs.length === cuts ? [] : [`only ${tookMs.length} of ${cuts} cuts healed within ${mostMs} ms`],
  };
}
