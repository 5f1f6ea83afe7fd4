import { frameMs } from '../../../workers/audio/format.ts';
import { findSink } from '../../chaos/sinks.ts';
import { openOperatorBus } from '../../operator.ts';
import type { Figure } from '../report.ts';
import { Listener } from '../supervisor/listener.ts';
import { quantileFigures } from '../supervisor/quantiles.ts';
import type { Cut } from '../supervisor/sound-figures.ts';
import { soundFigures } from '../supervisor/sound-figures.ts';
import type { Stage } from '../supervisor/stage.ts';
import { untilCovered, untilWhole, wallNow } from '../supervisor/stage.ts';
import { killChild, untilTakenOver } from '../supervisor/take-over.ts';
import { longestPause } from './clock-reading.ts';
import { CutFinder } from './cut-finder.ts';
import { GrowthWatch } from './growth-watch.ts';

const usualKills = { quick: 6, full: 100 };
/** In the recording, each kill is looked at from 450 ms before it to so long after it. */
const lastsMs = 3_600;
/** A gap of a worker is far shorter, but on a busy machine it is better told than left out. */
const longestGapMs = 2_600;
const names = { worker: 'audio', sink: 'its sink' };
const behindWithinMs = 1_000;
const sayEvery = 10;
const goals = {
  worker: { gapMs: 250, repeatedMs: 200 },
  sink: { gapMs: 1_500, repeatedMs: 200 },
};

/**
 * What is heard of the end of who plays, and of the program that it plays on, in the middle of a sentence. Sinks are killed between
 * workers: one that loses three within a minute rightly gives its output up, and its successor begins to count anew.
 */
export async function measureDeaths(stage: Stage): Promise<Figure[]> {
  const { show, room, signal, isQuick, say } = stage;
  await untilWhole(stage);
  const { state } = show;
  if (!state) throw new Error('The show has no state');
  const count = stage.kills || usualKills[isQuick ? 'quick' : 'full'];
  const cuts: Record<'worker' | 'sink', Cut[]> = { worker: [], sink: [] };
  using recording = new GrowthWatch(show.home, room);
  {
    await using bus = await openOperatorBus(show.home, state, signal);
    await using listener = new Listener(bus, room);
    const finder = new CutFinder(stage, listener);
    for (let round = 0; round < count; round++) {
      cuts.worker.push(await killWorker(stage, finder));
      if (round % 2 === 0) cuts.sink.push(await killSink(stage, finder));
      if ((round + 1) % (isQuick ? 1 : sayEvery) === 0)
        say(
          `killed who plays ${cuts.worker.length} times of ${count}, and its sink ${cuts.sink.length} times`,
        );
    }
    await finder.settled();
  }
  await untilWhole(stage);
  const behindMs = recording.behindMs(behindWithinMs);
  const told = `${Math.abs(behindMs).toFixed(0)} ms ${behindMs < 0 ? 'ahead of' : 'behind'} the wall clock`;
  stage.note(
    `after all this the recording is ${told}; what is ahead makes gaps in it shorter than they were`,
  );
  return (['worker', 'sink'] as const).flatMap((who) => {
    const what = `kill -9 of ${names[who]} while it speaks`;
    const options = { what, goals: goals[who], longestMs: longestGapMs, withMax: true };
    const own = cuts[who];
    const pauses = own.map(({ at }) => longestPause(recording.growth, at - frameMs, at + lastsMs));
    return [
      ...soundFigures(stage, own, options),
      ...quantileFigures(`${what} → nothing is written`, 'ms', pauses, {
        p99: goals[who].gapMs,
        max: 'none',
      }),
    ];
  });
}

async function killWorker(stage: Stage, finder: CutFinder): Promise<Cut> {
  const victim = await untilCovered(stage, 'audio');
  const hearing = await finder.next();
  const at = killChild(stage, victim);
  finder.doneAt(at, lastsMs);
  await untilTakenOver(stage, victim, at);
  return { at, hearing };
}

async function killSink(stage: Stage, finder: CutFinder): Promise<Cut> {
  const { show, room } = stage;
  const hearing = await finder.next();
  const pid = findSink(show, room);
  if (pid === 0) throw new Error(`Nobody writes the recording of ${room}`);
  stage.harmed(`the sink of ${room}`);
  const at = wallNow();
  process.kill(pid, 'SIGKILL');
  finder.doneAt(at, lastsMs);
  return { at, hearing };
}
