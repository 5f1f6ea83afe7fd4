import type { KV } from '@nats-io/kv';
import { everything, isInShare } from '../../../protocol/sharding.ts';
import type { ConnectedChild } from '../../child.ts';
import type { RoomVoices } from '../room-voices.ts';
import type { RewriterFigures } from './rewriter.ts';
import { Rewriter } from './rewriter.ts';
import { WordingStore } from './wording-store.ts';

export interface Rewriting extends AsyncDisposable {
  /** Other wordings of a line; see `IdleDirectorOptions`. */
  rewritten: (script: string, line: number) => readonly string[];
  /** On duty: writes what is missing, if that is this process's business, until the signal says stop. */
  lead(signal: AbortSignal): Promise<void>;
}

export interface RewritingParts {
  voices: Pick<RoomVoices, 'words' | 'spareWriter'>;
  bucket: () => Promise<KV>;
}

/** Other wordings of the scripts, as far as the configuration wants any. */
export function openRewriting(
  {
    options,
    counters,
    duty,
    log,
    signal,
  }: Pick<ConnectedChild, 'options' | 'counters' | 'duty' | 'log' | 'signal'>,
  { voices, bucket }: RewritingParts,
): Rewriting {
  const { reply: config, rooms } = options.config;
  if (config.director.rewrites.perLine === 0) return nothing;
  const rewriter = new Rewriter({
    config,
    words: voices.words,
    writer: voices.spareWriter,
    store: new WordingStore({ bucket, duty, signal }),
    log,
    onFigures: (figures) => count(counters, figures),
  });
  const stop = new AbortController();
  const following = rewriter.follow(AbortSignal.any([signal, stop.signal]));
  return {
    rewritten: rewriter.wordings,
    async lead(until) {
      // All scripts are for all rooms: of several processes it is whose has the first.
      if (!rooms[0] || !isInShare(rooms[0].id, duty.current.share ?? everything)) return;
      stop.abort();
      await following;
      await rewriter.run(until);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await following;
    },
  };
}

const nothing: Rewriting = {
  rewritten: () => [],
  lead: async () => await Promise.resolve(),
  [Symbol.asyncDispose]: async () => await Promise.resolve(),
};

function count(
  counters: Record<string, number>,
  { reworded, wordings, requests, rejected }: RewriterFigures,
): void {
  counters['rewordedLines'] = reworded;
  counters['wordings'] = wordings;
  counters['wordingRequests'] = requests;
  counters['wordingsRejected'] = Object.values(rejected).reduce((sum, each) => sum + each, 0);
}
