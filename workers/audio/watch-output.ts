import type { OutputKind } from '../../protocol/config.ts';
import type { RoomTrouble } from '../../protocol/ipc.ts';
import type { OutputChain } from './output-chain.ts';

const everyMs = 1_000;
/** An output that is being changed for another is no trouble. */
const patienceMs = 3_000;
/** One that has ended since is not yet known to work. */
const quietMs = 5_000;
/** One that has ended, and was started again, is none either: unless that goes on, or happens again and again. */
const flapMs = 15_000;
const often = { times: 4, withinMs: 60_000, quietMs: 20_000 };

interface WatchOutputOptions {
  room: string;
  outputs: Pick<OutputChain, 'broken'>;
  /** Of which `sinkDeaths` counts the ends of outputs. */
  counters: Record<string, number>;
  report: (trouble: RoomTrouble) => void;
  /** Whether somebody else plays on when this ends, and looks for itself. */
  isHandedOver: () => boolean;
}

/** Whether nobody can hear a room: no output works, or what is said is discarded where it was to be heard, and nowhere else either. */
export function isUnheard(
  { broken, name, failedOver }: Pick<OutputChain, 'broken' | 'name' | 'failedOver'>,
  also: readonly OutputKind[],
): boolean {
  const isHeardBeside = also.some((kind) => kind !== 'file' && kind !== 'null');
  return broken || (name === 'null' && failedOver && !isHeardBeside);
}

/**
 * Tells when a room has had no output that works for a while, or one that ends again and again, and when it has one that does. An earlier
 * process may have left that open.
 */
export function watchOutput({
  room,
  outputs,
  counters,
  report,
  isHandedOver,
}: WatchOutputOptions): Disposable {
  let level: RoomTrouble['level'] | undefined;
  const deathsOf = () => counters['sinkDeaths'] ?? 0;
  let deaths = deathsOf();
  let diedAt: number[] = [];
  // Nothing is known yet of the one before.
  let [quietSince, brokenSince, unwellSince] = [performance.now(), Infinity, Infinity];
  const tell = (now: RoomTrouble['level'], text: string) => {
    if (level !== now) report({ room, topic: 'sound', level: now, text });
    level = now;
  };
  const look = () => {
    const now = performance.now();
    diedAt = diedAt.filter((at) => now - at < often.withinMs);
    if (deathsOf() !== deaths) [diedAt, quietSince] = [[...diedAt, now], now];
    deaths = deathsOf();
    const neededMs = diedAt.length >= often.times ? often.quietMs : quietMs;
    brokenSince = outputs.broken ? Math.min(brokenSince, now) : Infinity;
    if (!outputs.broken && now - quietSince >= neededMs) {
      unwellSince = Infinity;
      return tell('ok', 'an output works');
    }
    unwellSince = Math.min(unwellSince, now);
    if (now - brokenSince >= patienceMs) tell('critical', 'no output works: see audio.outputs');
    // What has been quiet since may have been mended, and needs only its time.
    else if (now - unwellSince >= flapMs && now - quietSince < quietMs)
      tell('critical', 'its output ends again and again: see audio.outputs');
  };
  look();
  const timer = setInterval(look, everyMs);
  timer.unref();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      // Of a room that is gone, nothing stays open.
      if (level !== 'ok' && !isHandedOver()) tell('ok', 'its worker ends');
    },
  };
}
