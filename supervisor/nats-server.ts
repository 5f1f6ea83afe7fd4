import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../protocol/config.ts';
import type { BusUser } from '../protocol/roles.ts';
import type { Backoff } from './backoff.ts';
import { noBackoff, whileHealthy } from './backoff.ts';
import { dropNatsLogs } from './drop-nats-logs.ts';
import { restartedByPlaybook } from './incidents/playbook.ts';
import { makeFolder } from './make-folder.ts';
import { writeNatsConfig } from './nats-config.ts';
import { LateNotice } from './late-notice.ts';
import { askHealth } from './nats-health.ts';
import { endLeftoverServers } from './nats-leftover.ts';
import { NatsPorts } from './nats-ports.ts';
import { NatsProcess } from './nats-process.ts';
import { afterLoss } from './nats-restart.ts';
import { watchServer } from './nats-watch.ts';
import { lastWords, logLength } from './nats-words.ts';
import { isWritable } from './open-log.ts';
import { StoreMender } from './store-mender.ts';
import { unreadableStream } from './store-meta.ts';
import { watchStore } from './store-space.ts';

export interface NatsServerOptions {
  binary: string;
  home: string;
  bus: Config['bus'];
  publicKeys: Map<BusUser, string>;
  log: Logger;
  /**
   * Called after each start and end. `up` has a reason when something was mended on the way (streams may be missing: set them up again);
   * `down` is repeated when starts keep failing.
   */
  onChange: (event: 'up' | 'down', reason: string) => void;
  /** Called when the disk takes no more or nearly so, again every 10 s while it lasts: whoever can free something should. */
  onDiskFull?: (reason: string) => void;
  onDiskFree?: () => void;
  /** Free bytes below which the disk counts as full. */
  reserveBytes?: number;
}

/** Nothing at all from a starting server. */
const silentBootMs = 15_000;
/** A server that reads a large store says that it is not ready yet; ending it then would make it start from the beginning for ever. */
const readingBootMs = 600_000;
const keepMetaEveryMs = 30_000;
/** The next one has been started by then: to tell everybody takes this process 40 ms (seen). */
const tellAfterMs = 15;

/** Our own nats-server: starts it, keeps it up, on the same ports for the supervisor's life, and never gives up. */
export class NatsServer implements AsyncDisposable {
  restarts = 0;
  readonly #options: NatsServerOptions;
  readonly #stop = new AbortController();
  readonly #folders: { run: string; log: string; store: string };
  readonly #mender: StoreMender;
  readonly #loss = new LateNotice(tellAfterMs);
  #process: NatsProcess | undefined;
  #keepers: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  readonly #ports = new NatsPorts();
  #retry = new AbortController();
  /** Why it is being ended by us; empty: it is not. */
  #ordered = '';

  constructor(options: NatsServerOptions) {
    const { home } = options;
    this.#options = options;
    const store = join(home, 'jetstream');
    this.#folders = { run: join(home, 'run'), log: join(home, 'log'), store };
    this.#mender = new StoreMender({
      store,
      copies: join(home, 'run', 'stream-meta'),
      damaged: join(home, 'damaged'),
    });
  }

  get pid(): number {
    return this.#process?.isRunning ? this.#process.pid : 0;
  }

  get url(): string {
    return this.servers[0] ?? '';
  }

  /** All addresses at which it may be found, now or later: a client that knows them follows it when a port is lost. */
  get servers(): string[] {
    return this.#ports.clients.map((port) => `nats://127.0.0.1:${port}`);
  }

  get monitorUrl(): string {
    return this.#ports.monitor === 0 ? '' : `http://127.0.0.1:${this.#ports.monitor}`;
  }

  /** Starts and waits until JetStream answers; throws when it does not come up. `onSpawned`: its process is there, for the first time or again. */
  async start(onSpawned: () => void = () => undefined): Promise<void> {
    const { binary, log, reserveBytes } = this.#options;
    const { signal } = this.#stop;
    const { store } = this.#folders;
    const ended = await endLeftoverServers({ binary, configFile: this.#configFile, signal });
    if (ended.length > 0) log.warn({ pids: ended }, 'ended an earlier nats-server of this home');
    for (;;) {
      try {
        await this.#boot(onSpawned);
        break;
      } catch (error) {
        // Each of these tries takes something out of the way.
        if (signal.aborted || this.#mender.attempts === 0) throw error;
        log.error({ err: error }, 'nats-server does not start');
      }
    }
    this.#timer = setInterval(() => this.#keepMeta(), keepMetaEveryMs);
    this.#keepers = Promise.all([
      this.#keep(),
      watchStore({
        folder: store,
        signal,
        ...(reserveBytes === undefined ? {} : { reserveBytes }),
        onFull: (reason) => this.#diskIsFull(reason),
        onFree: () => this.#diskIsFree(),
      }),
    ]);
  }

  /** Ends the process; the keeper starts another. */
  restart(): void {
    if (!this.#process?.isRunning) return;
    this.#ordered = restartedByPlaybook;
    this.#process.signal('SIGKILL');
  }

  kill(): void {
    this.#stop.abort();
    this.#process?.signal('SIGKILL');
  }

  /** TERM first: lame duck mode would stop JetStream at once on a single server. Then INT, then KILL. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#timer);
    await this.#keepers;
    const running = this.#process;
    if (!running?.isRunning) return;
    this.#keepMeta();
    for (const [signal, waitMs] of [
      ['SIGTERM', 3_000],
      ['SIGINT', 1_000],
      ['SIGKILL', 1_000],
    ] as const)
      if (await running.end(signal, waitMs)) return;
    this.#options.log.error({ pid: running.pid }, 'nats-server does not end');
  }

  get #configFile(): string {
    return join(this.#folders.run, 'nats.conf');
  }

  async #boot(onSpawned?: () => void): Promise<void> {
    const { binary, log, onChange } = this.#options;
    const { run, log: logFolder, store } = this.#folders;
    for (const folder of [run, store]) makeFolder(folder);
    await this.#ports.choose(log);
    this.#writeConfig();
    const logs = ['nats-server.log', 'nats-server.err'].map((name) => join(logFolder, name));
    const before = logs.map((file) => ({ file, from: logLength(file) }));
    const onNoLog = (err: unknown) => log.warn({ err }, 'what nats-server says of its end is lost');
    const started = new NatsProcess({ binary, configFile: this.#configFile, logFolder, onNoLog });
    this.#process = started;
    this.#ordered = '';
    onSpawned?.();
    if (!started.protect()) log.debug('the kernel does not let us spare nats-server');
    const failure = await this.#untilReady(started);
    if (failure === '') {
      const mended = this.#mender.takeDone();
      log.info({ pid: started.pid, url: this.url, monitorUrl: this.monitorUrl, mended }, 'nats-server is up');
      this.#loss.now();
      onChange('up', mended);
      return;
    }
    const gone = await started.end('SIGKILL', 5_000);
    const words = lastWords(before);
    const done = gone ? this.#mender.mend(failure, words) : '';
    if (done !== '') log.error({ done }, 'mended a damaged store');
    throw new Error(
      `nats-server does not start: ${words === '' ? failure : `${failure}: ${words}`}; see ${logs[0]}`,
    );
  }

  /** Empty, or why the start has failed. */
  async #untilReady(started: NatsProcess): Promise<string> {
    const { signal } = this.#stop;
    const begun = performance.now();
    const either = AbortSignal.any([signal, started.ended]);
    for (let waitMs = 5; ; waitMs = Math.min(waitMs * 1.2, 250)) {
      const health = await askHealth(this.#ports.monitor, 1_000, either);
      if (signal.aborted) return 'it is no longer wanted';
      if (started.ended.aborted) return String(started.ended.reason);
      if (health.kind === 'ok') return '';
      if (health.kind === 'unwell' && unreadableStream(health.text)) return health.text;
      const patienceMs = health.kind === 'unwell' ? readingBootMs : silentBootMs;
      if (performance.now() - begun > patienceMs) return `not ready after ${patienceMs} ms: ${health.text}`;
      await sleep(waitMs, undefined, { signal: either }).catch(() => undefined);
    }
  }

  #writeConfig(): void {
    const { bus, publicKeys, log } = this.#options;
    const logFile = join(this.#folders.log, 'nats-server.log');
    const hasLog = isWritable(logFile);
    if (!hasLog) log.warn({ logFile }, 'nats-server starts without a log');
    writeNatsConfig(this.#configFile, {
      port: this.#ports.clients[0] ?? 0,
      monitorPort: this.#ports.monitor,
      storeFolder: this.#folders.store,
      logFile: hasLog ? logFile : '',
      bus,
      users: publicKeys,
    });
  }

  /** Replaces the server when it ends, is stopped, or does not answer. */
  async #keep(): Promise<void> {
    const { log, onChange } = this.#options;
    const { signal } = this.#stop;
    let backoff: Backoff = noBackoff;
    while (!signal.aborted) {
      const upSince = performance.now();
      const { reason, killed } = await this.#untilLost(signal);
      if (signal.aborted) return;
      this.#loss.later(() => signal.aborted || onChange('down', reason));
      log.error({ reason }, 'nats-server lost');
      backoff = whileHealthy(backoff, upSince, performance.now());
      let lost: { ranMs: number; killed: boolean } | undefined = {
        ranMs: performance.now() - upSince,
        killed,
      };
      for (let failures = 0; !signal.aborted;) {
        const next = afterLoss(backoff, lost, performance.now(), Math.random());
        lost = undefined;
        backoff = next.backoff;
        this.restarts += 1;
        await sleep(next.delayMs, undefined, { signal: AbortSignal.any([signal, this.#retry.signal]) }).catch(
          () => undefined,
        );
        if (signal.aborted) return;
        try {
          await this.#boot();
          break;
        } catch (error) {
          failures += 1;
          if (signal.aborted) return;
          log.error({ err: error, failures }, 'nats-server does not start');
          if (failures % 50 === 3) onChange('down', error instanceof Error ? error.message : String(error));
        }
      }
    }
  }

  /** Returns once the process is gone for certain: two servers on one store would destroy it. */
  async #untilLost(stop: AbortSignal): Promise<{ reason: string; killed: boolean }> {
    const running = this.#process;
    if (!running) return { reason: 'it is not running', killed: false };
    const signal = AbortSignal.any([stop, running.ended]);
    const found = await watchServer({ pid: running.pid, monitorPort: this.#ports.monitor, signal });
    while (!stop.aborted && !(await running.end('SIGKILL', 5_000)))
      this.#options.log.error({ pid: running.pid }, 'nats-server does not end; does its disk answer?');
    const reason = this.#ordered || found || String(running.ended.reason);
    return { reason, killed: running.killed };
  }

  #diskIsFull(reason: string): void {
    const { log, onDiskFull } = this.#options;
    log.error({ reason }, 'the disk is full');
    dropNatsLogs(this.#folders.log, log);
    onDiskFull?.(reason);
  }

  #diskIsFree(): void {
    this.#options.log.info('the disk has space again');
    this.#retry.abort();
    this.#retry = new AbortController();
    this.#options.onDiskFree?.();
  }

  #keepMeta(): void {
    try {
      this.#mender.keep();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'cannot keep the descriptions of the streams');
    }
  }
}
