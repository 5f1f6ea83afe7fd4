import { openOperatorBus } from '../../operator.ts';
import type { Figure } from '../report.ts';
import { Listener } from '../supervisor/listener.ts';
import type { Cut } from '../supervisor/sound-figures.ts';
import { soundFigures } from '../supervisor/sound-figures.ts';
import type { Stage } from '../supervisor/stage.ts';
import { untilCovered, untilWhole } from '../supervisor/stage.ts';
import { killChild, untilTakenOver } from '../supervisor/take-over.ts';
import { CutFinder } from './cut-finder.ts';

const rounds = { quick: 2, full: 20 };
const lastsMs = 2_200;
/** None: this is the exactness of the measurement. */
const goals = { gapMs: 1, repeatedMs: 1 };
const roles = ['tts', 'reply'] as const;

/** What is heard of the end of those who make what is said: nothing, in the sentence, and then the next ones. */
export async function measureUpstream(stage: Stage): Promise<Figure[]> {
  const { show, room, signal, isQuick, say, unhealed } = stage;
  await untilWhole(stage);
  const { state } = show;
  if (!state) throw new Error('The show has no state');
  const cuts: Record<(typeof roles)[number], Cut[]> = { tts: [], reply: [] };
  {
    await using bus = await openOperatorBus(show.home, state, signal);
    await using listener = new Listener(bus, room);
    const finder = new CutFinder(stage, listener);
    for (let round = 0; round < (isQuick ? rounds.quick : rounds.full); round++) {
      for (const role of roles) {
        const victim = await untilCovered(stage, role);
        const hearing = await finder.next();
        const at = killChild(stage, victim);
        finder.doneAt(at, lastsMs);
        cuts[role].push({ at, hearing });
        await untilTakenOver(stage, victim, at);
        if (!(await finder.goesOn(hearing)) && !signal.aborted)
          unhealed(`no other sentence was heard after ${role} had been killed`);
      }
      if (isQuick || (round + 1) % 5 === 0) say(`killed tts and reply ${round + 1} times`);
    }
    await finder.settled();
  }
  await untilWhole(stage);
  return roles.flatMap((role) =>
    soundFigures(stage, cuts[role], { what: `kill -9 of ${role} while a sentence is heard`, goals }),
  );
}
