import type { Config } from './config.ts';
import type { Failure } from './failure.ts';
import type { Role } from './roles.ts';
import type { Share } from './sharding.ts';

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
  /** Nobody works in its place now: what would only make it quicker later is left out. */
  hurry: boolean;
  /** Who worked in its place before died at work: alone, or together with a supervisor that did not stop in order; empty: nobody did. */
  afterDeath: 'child' | 'supervisor' | '';
  /** It belongs to a configuration that is being brought in: if it could not do what is done now, that is not to be brought in. */
  isTrial: boolean;
  /** Messages of the bus (`<stream> <sequence>`) that ended two workers: not to be treated, only to be answered. */
  poison: string[];
}

/**
 * What a child works under once it is started. The lease names its place, such as `audio:demo` or `tts/1`; the epoch grows with each
 * holder. Everything that it says carries both, and who reads drops what comes from an epoch that is over.
 */
export interface Duty {
  lease: string;
  epoch: number;
  /** For a service whose processes have different rooms; absent: all of them. */
  share?: Share;
}

/**
 * From the supervisor. A child is spawned (and says `registered`), told to `initialise` (acquires what it needs, warms up, says
 * `initialised`), and is then a spare until it is told to `start` (says `started`). To `drain` is to take nothing new, finish what it
 * has, say `drained` and exit; with `handOver` a successor stands by: it gives back what it has not begun, says `yielded` as soon as
 * it will put nothing out any more, and then ends. `confirmed` answers a `doubt`. `poison` replaces the list in its options.
 */
export type SupervisorCommand =
  | { kind: 'initialise'; options: ChildOptions }
  | { kind: 'start'; duty: Duty }
  | { kind: 'drain'; deadlineMs: number; handOver: boolean }
  | { kind: 'confirmed'; epoch: number }
  /** Our own server takes connections again. */
  | { kind: 'bus-up'; servers: string[] }
  | { kind: 'poison'; keys: string[] };

/**
 * From a child's main loop. `lastProgressAt` is when it last finished some work; `connected` whether it has the bus, which says
 * nothing about its own health; `counters` are those of its own figures that have changed since the beat before.
 */
export interface Heartbeat {
  kind: 'heartbeat';
  connected: boolean;
  at: number;
  loopDelayMs: number;
  inFlight: number;
  lastProgressAt: number;
  counters: Record<string, number>;
}

/**
 * What is wrong with a room, or that it no longer is. `refused`: the platform does not want us; `unreachable`: no connection comes
 * about; `condition`: it is connected, but something is missing, such as gifts or a valid login.
 */
export interface RoomTrouble {
  room: string;
  topic: 'refused' | 'unreachable' | 'condition' | 'sound';
  level: 'warning' | 'critical' | 'ok';
  text: string;
}

export type ChildReport =
  | { kind: 'registered'; pid: number }
  | { kind: 'initialised'; address: string }
  | { kind: 'started' }
  | Heartbeat
  /** Something that the person at the terminal should read. */
  | { kind: 'notice'; level: 'info' | 'warn'; text: string }
  | ({ kind: 'trouble' } & RoomTrouble)
  | { kind: 'failed'; failure: Failure }
  /** Its connection to the bus, by the server's own numbers; told anew after each reconnect. */
  | { kind: 'bus-connection'; server: string; client: number }
  /** Messages of the bus that it holds now, by ack subject; given back for it when it dies. */
  | { kind: 'took'; acks: string[] }
  | { kind: 'settled'; acks: string[] }
  /** Those of them that it is working on at this moment; dying with one of them in hand, twice, makes that one poison. */
  | { kind: 'treating'; acks: string[] }
  /** It could not run for longer than its heartbeat may be silent: is its duty still its own? It puts nothing out until it knows. */
  | { kind: 'doubt'; epoch: number }
  /** It puts nothing out any more; a successor may start. */
  | { kind: 'yielded' }
  | { kind: 'drained' };

/** What `run/supervisor.json` holds, written anew on every change. Scripts and people may rely on it. */
export interface SupervisorState {
  pid: number;
  /** Tells it from a later process with its pid; empty where there is no /proc. */
  startTime: string;
  startedAt: string;
  runId: string;
  state: 'starting' | 'on-air' | 'stopping' | 'stopped';
  /** Absolute; empty: the demonstration. */
  configFile: string;
  nats: { url: string; monitorUrl: string; pid: number; restarts: number };
  console: { url: string; token: string } | null;
  children: ChildState[];
  services: ServiceState[];
  /** Those of the configuration, stopped ones too. */
  rooms: string[];
  /** How many of them there may be. */
  maxRooms: number;
  /** The latest reload of configuration or code; null: there was none. */
  reload: ReloadState | null;
  /** Those that are open, oldest first; all of them are in log/incidents.ndjson. */
  incidents: OpenIncident[];
  /** Since the start: how often this process itself was late, and by how much in all. */
  late: { times: number; ms: number };
  /** Of this process. */
  rssMb: number;
}

export interface ServiceState {
  id: string;
  role: Role;
  /** Processes that shall work, and that do. */
  wanted: number;
  working: number;
  /** Warm, and ready to take over. */
  spares: number;
  condition: 'well' | 'degraded' | 'down';
  epoch: number;
}

export interface ReloadState {
  phase: 'preparing' | 'switching' | 'probation' | 'rolling-back' | 'done' | 'rolled-back' | 'refused';
  edition: number;
  reason: string;
  /** Unix milliseconds. */
  at: number;
}

export interface OpenIncident {
  id: string;
  component: string;
  problem: string;
  severity: string;
  state: string;
  openedAt: number;
  summary: string;
}

export interface ChildState {
  id: string;
  /** Which service it is a child of: `tts` for `tts` and `tts.2`. */
  service: string;
  role: Role;
  pid: number;
  /** Of its process, as the kernel counts it: tells it from a later one with the same pid. */
  startTime: string;
  /** When it came to its state; unix milliseconds. */
  since: number;
  state: string;
  spare: boolean;
  /** What it works under; empty: a spare, or not at work. */
  lease: string;
  epoch: number;
  generation: number;
  edition: number;
  restarts: number;
  rssMb: number;
  cpuPct: number;
  lastReason: string;
  /** Where others reach it; empty: nowhere. */
  address: string;
  counters: Record<string, number>;
}
