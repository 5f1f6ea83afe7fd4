import type { RoomTrouble } from '../../protocol/ipc.ts';
import type { OutputChain } from './output-chain.ts';

const everyMs = 1_000;
/** An output that is being changed for another is no trouble. */
const patienceMs = 3_000;

interface WatchOutputOptions {
  room: string;
  outputs: Pick<OutputChain, 'broken'>;
  report: (trouble: RoomTrouble) => void;
}

/** Tells when a room has had no output that works for a while, and when it has one again. An earlier process may have left the one open. */
export function watchOutput({ room, outputs, report }: WatchOutputOptions): Disposable {
  let level: RoomTrouble['level'] | undefined;
  let brokenSince = Infinity;
  const tell = (now: RoomTrouble['level'], text: string) => {
    if (level !== now) report({ room, topic: 'sound', level: now, text });
    level = now;
  };
  const look = () => {
    if (!outputs.broken) {
      brokenSince = Infinity;
      return tell('ok', 'an output works');
    }
    brokenSince = Math.min(brokenSince, performance.now());
    if (performance.now() - brokenSince >= patienceMs) tell('critical', 'no output works: see audio.outputs');
  };
  look();
  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      // Whoever plays on looks for itself; of a room that is gone, nothing stays open.
      if (level === 'critical') tell('ok', 'its worker ends');
    },
  };
}
