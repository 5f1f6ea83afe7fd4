import { untilBeat } from '../protocol/until-beat.ts';

/** Calls again and again, at the moments that `untilBeat` gives: what is due at the same one wakes this process up once. */
export function openBeat(everyMs: number, act: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const beat = () => {
    timer = setTimeout(beat, untilBeat(everyMs, Date.now()));
    act();
  };
  timer = setTimeout(beat, untilBeat(everyMs, Date.now()));
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
