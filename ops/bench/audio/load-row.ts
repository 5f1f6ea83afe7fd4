import { delay } from '../../../workers/delay.ts';
import { isWarm } from '../../chaos/children.ts';
import { findSink } from '../../chaos/sinks.ts';
import { openOperatorBus } from '../../operator.ts';
import type { Figure } from '../report.ts';
import type { Stage } from '../supervisor/stage.ts';
import { untilCovered, untilWhole } from '../supervisor/stage.ts';
import { PlaybackWatch } from './playback-watch.ts';
import { withSilentWorker } from './silent-worker.ts';
import { usageFigures } from './usage.ts';

const lengthMs = { quick: 6_000, full: 60_000 };
/** In which code is compiled. */
const warmUpMs = 2_000;

/** What playing takes: in the show while it speaks, and by itself in a room in which nobody ever says anything. */
export async function measureLoad(stage: Stage): Promise<Figure[]> {
  const { isQuick, signal } = stage;
  const forMs = lengthMs[isQuick ? 'quick' : 'full'];
  await untilWhole(stage);
  stage.say(`what playing takes, twice ${forMs / 1_000} s`);
  const speaking = await measureSpeaking(stage, forMs);
  const silent = await withSilentWorker(stage.show.home, async ({ pid, home, room }) => {
    await delay(warmUpMs, signal);
    const pids = { audio: pid, 'its sink': findSink({ home }, room) };
    return await usageFigures(pids, { when: 'while it plays silence', forMs, signal });
  });
  return [...speaking, ...silent];
}

async function measureSpeaking(stage: Stage, forMs: number): Promise<Figure[]> {
  const { show, room, signal, note } = stage;
  const { state } = show;
  if (!state) throw new Error('The show has no state');
  await using bus = await openOperatorBus(show.home, state, signal);
  await using states = new PlaybackWatch(bus, room);
  const { pid } = await untilCovered(stage, 'audio');
  const spare = show.childrenOf('audio').find(isWarm)?.pid ?? 0;
  const pids = { audio: pid, 'its sink': findSink(show, room), 'its spare': spare };
  const figures = await usageFigures(pids, { when: 'while it speaks', forMs, signal });
  note(`state of the playback while its load was measured: ${states.shares()}`);
  return figures;
}
