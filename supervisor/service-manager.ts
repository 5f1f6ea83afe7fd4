import { execFile } from 'node:child_process';

export interface ServiceManagerOptions {
  /** Told once for each run of failures. */
  onProblem: (text: string) => void;
  /** How long one call may take; then its process is killed. */
  deadlineMs?: number;
  /** Found on the PATH of `env`. */
  program?: string;
}

/** Tells systemd how we are. Where no service manager listens, every method does nothing. */
export interface ServiceManager extends AsyncDisposable {
  /** Whether somebody listens. */
  readonly listening: boolean;
  /** How often `watchdog` really tells, in milliseconds; 0: nobody waits for it. */
  readonly watchdogMs: number;
  /** Everything is up. */
  ready(text: string): void;
  /** Not told during a start and an end, which say more: that one is up again would be taken for their word. */
  reloading(): void;
  reloaded(): void;
  stopping(): void;
  /** A line for `systemctl status`. Goes out with the next `watchdog`, many of one moment as one. */
  status(text: string): void;
  /**
   * To be called by every healthy turn of the supervisor's own loop and by nothing else, so that a blocked or starved loop is seen.
   * Most calls only compare two numbers. Until `ready` it also asks for more time: a slow start is not a dead one.
   */
  watchdog(now?: number): void;
}

type Fields = Record<string, string>;

/** Above the 5 s that `systemd-notify` itself waits for its words to be read. */
const defaultDeadlineMs = 7_000;
/** A status alone is not worth a process more often than this. */
const statusEveryMs = 2_000;
/** After a failure: soon enough for several tries before the service manager loses its patience. */
const retryMs = 1_000;
/** They contradict each other: the last one counts. */
const states = ['READY', 'RELOADING', 'STOPPING'];
const variables = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;

/**
 * Takes the service manager's variables out of `env`, so that no child speaks in our name. The socket takes unix datagrams, which Node
 * cannot send, hence systemd's own `systemd-notify`; the unit needs `NotifyAccess=all` for it. Nothing here throws.
 */
export function openServiceManager(
  env: Record<string, string | undefined>,
  { onProblem, deadlineMs = defaultDeadlineMs, program = 'systemd-notify' }: ServiceManagerOptions,
): ServiceManager {
  const [socket = '', usec = '', watchdogPid = ''] = variables.map((name) => env[name]);
  for (const name of variables) delete env[name];
  if (socket === '') return nobody;
  const forUs = watchdogPid === '' || watchdogPid === String(process.pid);
  const everyMs = forUs ? readWatchdogMs(usec) : 0;
  const childEnvironment = { PATH: env['PATH'], NOTIFY_SOCKET: socket };
  return new Notifier({ everyMs, onProblem }, (fields) => {
    const words = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
    return call(program, [`--pid=${process.pid}`, ...words], childEnvironment, deadlineMs);
  });
}

/** Half of what the unit's WatchdogSec allows (its `WATCHDOG_USEC`, in microseconds), in milliseconds; 0 when there is none. */
export function readWatchdogMs(usec: string): number {
  return /^[1-9]\d*$/.test(usec) ? Math.max(1, Math.floor(Number(usec) / 2_000)) : 0;
}

/** At most one process at a time; what comes meanwhile goes out together with the next one, the later value of a field. */
class Notifier implements ServiceManager {
  readonly listening = true;
  readonly watchdogMs: number;
  readonly #onProblem: (text: string) => void;
  readonly #send: (fields: Fields) => Promise<void>;
  #pending: Fields = {};
  #urgent = false;
  #sending: Promise<void> | undefined;
  #phase: 'starting' | 'ready' | 'stopping' = 'starting';
  #failing = false;
  #toldAt = -Infinity;
  #lastStatus = '';

  constructor(
    { everyMs, onProblem }: { everyMs: number; onProblem: (text: string) => void },
    send: (fields: Fields) => Promise<void>,
  ) {
    this.watchdogMs = everyMs;
    this.#onProblem = onProblem;
    this.#send = send;
  }

  ready(text: string): void {
    this.#phase = 'ready';
    this.status(text);
    this.#tell({ READY: '1' });
  }

  reloading(): void {
    if (this.#phase === 'ready') this.#tell({ RELOADING: '1' });
  }

  reloaded(): void {
    if (this.#phase === 'ready') this.#tell({ READY: '1' });
  }

  stopping(): void {
    this.#phase = 'stopping';
    this.#tell({ STOPPING: '1' });
  }

  status(text: string): void {
    const line = text.replaceAll(/\s+/g, ' ').trim();
    if (line === this.#lastStatus) return;
    this.#lastStatus = line;
    this.#pending['STATUS'] = line;
  }

  watchdog(now: number = performance.now()): void {
    const waitMs = this.#waitMs();
    if (this.#sending || waitMs === Infinity || now - this.#toldAt < waitMs) return;
    this.#toldAt = now;
    if (this.watchdogMs > 0) {
      this.#pending['WATCHDOG'] = '1';
      // What a start or an end may still take, counted anew each time.
      if (this.#phase !== 'ready') this.#pending['EXTEND_TIMEOUT_USEC'] = `${this.watchdogMs * 4_000}`;
    }
    this.#flush();
  }

  /** Waits for the last words; each call has its deadline. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  /** How long after the last time there is something to tell again. */
  #waitMs(): number {
    const everyMs = this.watchdogMs > 0 ? this.watchdogMs : Infinity;
    if (this.#failing && (this.watchdogMs > 0 || Object.keys(this.#pending).length > 0))
      return Math.min(retryMs, everyMs);
    return 'STATUS' in this.#pending ? Math.min(statusEveryMs, everyMs) : everyMs;
  }

  #tell(fields: Fields): void {
    this.#pending = { ...without(this.#pending, states), ...fields };
    this.#urgent = true;
    this.#flush();
  }

  #flush(): void {
    if (this.#sending) return;
    const fields = this.#pending;
    this.#pending = {};
    this.#urgent = false;
    this.#sending = this.#deliver(fields);
  }

  async #deliver(fields: Fields): Promise<void> {
    try {
      await this.#send(fields);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#onProblem(`Cannot tell the service manager: ${(error as Error).message}`);
      this.#failing = true;
      // Told again by a later turn: a lost READY would leave the unit starting for ever.
      const outdated = states.some((name) => name in this.#pending) ? states : [];
      const still = without(fields, ['WATCHDOG', 'EXTEND_TIMEOUT_USEC', ...outdated]);
      this.#pending = { ...still, ...this.#pending };
    }
    this.#sending = undefined;
    if (this.#urgent) this.#flush();
  }
}

function without(fields: Fields, names: string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function call(program: string, args: string[], env: NodeJS.ProcessEnv, timeout: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  execFile(program, args, { env, timeout, killSignal: 'SIGKILL', maxBuffer: 65_536 }, (error, _, stderr) => {
    if (!error) return resolve();
    const why = error.killed ? `no answer within ${timeout} ms` : stderr.trim() || error.message;
    reject(new Error(`${program}: ${why}`, { cause: error }));
  });
  return promise;
}

const nobody: ServiceManager = {
  listening: false,
  watchdogMs: 0,
  ready: () => undefined,
  reloading: () => undefined,
  reloaded: () => undefined,
  stopping: () => undefined,
  status: () => undefined,
  watchdog: () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};
