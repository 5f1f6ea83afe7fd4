import type { ChildState } from '../../protocol/ipc.ts';
import type { Show } from './show.ts';
import type { SmallDisk } from './small-disk.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** Where a fault happens. */
export interface Scene {
  show: Show;
  /** In [0, 1), of the plan. */
  choice: number;
  /** What the room has seen confirmed until now is noted: it is about to forget. */
  noteAcks: (room: string) => Promise<void>;
  /** Folder of the saboteur's orders. */
  orders: string;
  /** Between the rooms and who listens to them, by room. */
  proxies: Map<string, TcpProxy>;
  /** The disk of the home folder, when it is one that may be filled. */
  disk: SmallDisk | undefined;
  signal: AbortSignal;
}

/** A fault that has been caused. */
export interface Wound {
  /** Who suffers it. */
  victim: string;
  /** When the harm was done, on the clock of `performance.now()`; for what takes no time to cause, the end of `cause`. */
  causedAt?: number;
  /** How long the fault itself goes on; recovery counts from its end. */
  lastsMs?: number;
  /** Asked again and again: is everything as before? A throw counts as no. Not before `lastsMs` are over. */
  healed: () => boolean | Promise<boolean>;
  /** Asked from the beginning on, also while the fault lasts: is its work done again? The answer becomes the figure `worksAgainMs`. */
  works?: () => boolean | Promise<boolean>;
  /** The same: has the show seen that something is wrong? */
  noticed?: () => boolean | Promise<boolean>;
  /** Children that may end because of it. Whoever else does was killed for nothing. */
  mayGo: (child: ChildState) => boolean;
  /** Takes away what goes on; called once, healed or not. */
  end?: () => void | Promise<void>;
  /** Further figures in milliseconds, complete once healed. */
  figures?: Record<string, number>;
  /** Processes that outlived what they belong to. */
  orphans?: string[];
}

export interface Fault {
  /** Faults of one kind are much alike: a short run has one of each. */
  kind: string;
  /** What it does, for people. */
  does: string;
  /** Takes so long to heal that a plan has it last. */
  slow?: boolean;
  /** How long it may take to heal; without it 40 s. */
  patienceMs?: number;
  /** Causes it; undefined when nobody is there whom it could hit. */
  cause: (scene: Scene) => Promise<Wound | undefined>;
}

export const nobody = (): boolean => false;

export function choose<Item>(items: Item[], choice: number): Item | undefined {
  return items[Math.floor(choice * items.length)];
}
