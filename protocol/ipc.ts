import type { Config } from './config.ts';
import type { Failure } from './failure.ts';
import type { Role } from './roles.ts';

/** How a child reaches the bus. `seed` is its nkey, minted at the supervisor's start. */
export interface BusAccess {
  servers: string[];
  seed: string;
  inboxPrefix: string;
  /** Contents of an operator's credentials file, with an outside cluster. */
  credentials: string;
}

/** Everything that a child is told about itself. It reads no file and no environment for its options. */
export interface ChildOptions {
  id: string;
  role: Role;
  /** The room of an `audio` child, the simulator's id for `sim`, else empty. */
  subject: string;
  /** Changes with every start of the supervisor; files of an earlier run are told apart by it. */
  runId: string;
  home: string;
  bus: BusAccess;
  config: Config;
  /** What a child said of itself in an earlier life, so that it can take the same address again. */
  previousAddress: string;
}

/**
 * From the supervisor. A child is spawned (and says `registered`), told to `initialise` once everything it depends on has started
 * (acquires what it needs, says `initialised`), then to `start` (says `started`); later to `drain` (finishes what it has, says
 * `drained`, and exits).
 */
export type SupervisorCommand =
  { kind: 'initialise'; options: ChildOptions } | { kind: 'start' } | { kind: 'drain'; deadlineMs: number };

/** From a child's main loop. `lastProgressAt` is when it last finished some work; `counters` are its own figures. */
export interface Heartbeat {
  kind: 'heartbeat';
  at: number;
  loopDelayMs: number;
  utilisation: number;
  heapMb: number;
  inFlight: number;
  lastProgressAt: number;
  counters: Record<string, number>;
}

export type ChildReport =
  | { kind: 'registered'; pid: number }
  | { kind: 'initialised'; address: string }
  | { kind: 'started' }
  | Heartbeat
  /** Something that the person at the terminal should read. */
  | { kind: 'notice'; level: 'info' | 'warn'; text: string }
  | { kind: 'failed'; failure: Failure }
  /** Messages of the bus that it holds now, by ack subject; given back for it when it dies. */
  | { kind: 'took'; acks: string[] }
  | { kind: 'settled'; acks: string[] }
  | { kind: 'drained' };

/** What `run/supervisor.json` holds, written anew on every change. Scripts and people may rely on it. */
export interface SupervisorState {
  pid: number;
  startedAt: string;
  runId: string;
  state: 'starting' | 'on-air' | 'stopping' | 'stopped';
  /** Absolute; empty: the demonstration. */
  configFile: string;
  nats: { url: string; monitorUrl: string; pid: number; restarts: number };
  console: { url: string; token: string } | null;
  children: ChildState[];
}

export interface ChildState {
  id: string;
  role: Role;
  pid: number;
  state: string;
  spare: boolean;
  generation: number;
  restarts: number;
  rssMb: number;
  cpuPct: number;
  lastReason: string;
  /** Where others reach it; empty: nowhere. */
  address: string;
  counters: Record<string, number>;
}
