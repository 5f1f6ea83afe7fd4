import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { openSync, readFileSync, readdirSync, rmSync, writeFileSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../protocol/config.ts';
import type { BusUser } from '../protocol/roles.ts';
import type { Backoff } from './backoff.ts';
import { afterFailure, noBackoff, whileHealthy } from './backoff.ts';
import { makeFolder } from './make-folder.ts';
import { natsConfigText } from './nats-config.ts';
import { withParentDeath } from './parent-death.ts';

export interface NatsServerOptions {
  binary: string;
  home: string;
  bus: Config['bus'];
  publicKeys: Map<BusUser, string>;
  log: Logger;
  /** Called after each start and end. */
  onChange: (event: 'up' | 'down', reason: string) => void;
}

const bootTimeoutMs = 15_000;
const probeEveryMs = 500;
const probeTimeoutMs = 750;
/** So many probes in a row without an answer, and the server is replaced. */
const probesToLose = 3;

/** Our own nats-server: starts it, keeps it up, on the same port for the supervisor's life. */
export class NatsServer implements AsyncDisposable {
  url = '';
  monitorUrl = '';
  restarts = 0;
  readonly #options: NatsServerOptions;
  readonly #stop = new AbortController();
  #process: ChildProcess | undefined;
  #keeper: Promise<void> | undefined;
  #ports = { nats: 0, monitor: 0 };

  constructor(options: NatsServerOptions) {
    this.#options = options;
  }

  get pid(): number {
    return this.#process?.exitCode === null && this.#process.signalCode === null
      ? (this.#process.pid ?? 0)
      : 0;
  }

  /** Starts and waits until JetStream answers; throws when it does not come up. */
  async start(): Promise<void> {
    await this.#boot();
    this.#keeper = this.#keep();
  }

  kill(): void {
    this.#stop.abort();
    this.#process?.kill('SIGKILL');
  }

  /** TERM first: lame duck mode would stop JetStream at once on a single server. Then INT, then KILL. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const child = this.#process;
    if (child && this.pid > 0) {
      for (const [signal, waitMs] of [
        ['SIGTERM', 3_000],
        ['SIGINT', 1_000],
        ['SIGKILL', 1_000],
      ] as const) {
        const exited = once(child, 'exit', { signal: AbortSignal.timeout(waitMs) });
        child.kill(signal);
        if (
          await exited.then(
            () => true,
            () => this.pid === 0,
          )
        )
          break;
      }
    }
    await this.#keeper;
  }

  async #boot(): Promise<void> {
    const { binary, home, bus, publicKeys, log } = this.#options;
    const run = join(home, 'run');
    const folders = [run, join(home, 'log'), join(home, 'jetstream')];
    for (const folder of folders) makeFolder(folder);
    for (const name of readdirSync(run))
      if (name.endsWith('.ports')) rmSync(join(run, name), { force: true });
    const configFile = join(run, 'nats.conf');
    const text = natsConfigText({
      port: this.#ports.nats,
      monitorPort: this.#ports.monitor,
      storeFolder: join(home, 'jetstream'),
      logFile: join(home, 'log', 'nats-server.log'),
      bus,
      users: publicKeys,
    });
    writeFileSync(configFile, text, { mode: 0o600 });
    const errors = openSync(join(home, 'log', 'nats-server.err'), 'a');
    const [program, ...args] = withParentDeath([binary, '-c', configFile, '--ports_file_dir', run]);
    const child = spawn(program ?? binary, args, {
      stdio: ['ignore', errors, errors],
      detached: true,
      env: { ...process.env, GOMEMLIMIT: '512MiB' },
    });
    closeSync(errors);
    this.#process = child;
    const ended = new AbortController();
    child.once('error', (error) => ended.abort(error));
    child.once('exit', (code, signal) =>
      ended.abort(
        new Error(
          `nats-server ended at its start (${signal ?? code}); see ${join(home, 'log', 'nats-server.log')}`,
        ),
      ),
    );
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(bootTimeoutMs)]);
    await this.#readPorts(join(run, `nats-server_${child.pid}.ports`), signal);
    while (!(await this.#isHealthy(500)))
      await sleep(10, undefined, { signal }).catch(() => signal.throwIfAborted());
    log.info({ pid: child.pid, url: this.url, monitorUrl: this.monitorUrl }, 'nats-server is up');
    this.#options.onChange('up', '');
  }

  /** The file is written in the background and not atomically: read until it parses. */
  async #readPorts(file: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const ports = JSON.parse(readFileSync(file, 'utf8')) as { nats: string[]; monitoring: string[] };
        this.url = ports.nats[0] ?? '';
        this.monitorUrl = ports.monitoring[0] ?? '';
        this.#ports = {
          nats: Number(new URL(this.url).port),
          monitor: Number(new URL(this.monitorUrl).port),
        };
        return;
      } catch {
        await sleep(5, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #isHealthy(timeoutMs: number): Promise<boolean> {
    try {
      const response = await fetch(`${this.monitorUrl}/healthz?js-server-only=true`, {
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  /** Restarts the server when it ends, or ends it when it does not answer (stopped, out of reach). */
  async #keep(): Promise<void> {
    const { log, onChange } = this.#options;
    const { signal } = this.#stop;
    let backoff: Backoff = noBackoff;
    let upSince = Date.now();
    while (!signal.aborted) {
      const reason = await this.#untilLost(signal);
      if (signal.aborted) return;
      log.error({ reason }, 'nats-server lost');
      onChange('down', reason);
      backoff = whileHealthy(backoff, upSince, Date.now());
      for (;;) {
        const next = afterFailure(backoff, Date.now(), Math.random());
        backoff = next.backoff;
        this.restarts += 1;
        await sleep(next.delayMs, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        try {
          await this.#boot();
          break;
        } catch (error) {
          log.error({ err: error }, 'nats-server does not start');
          this.#process?.kill('SIGKILL');
        }
      }
      upSince = Date.now();
    }
  }

  async #untilLost(signal: AbortSignal): Promise<string> {
    const child = this.#process;
    if (!child || this.pid === 0) return 'it is not running';
    const gone = new AbortController();
    const onExit = (code: number | null, by: string | null) => gone.abort(by ?? `exit code ${code}`);
    child.once('exit', onExit);
    const either = AbortSignal.any([signal, gone.signal]);
    let lost = 0;
    try {
      while (!signal.aborted) {
        await sleep(probeEveryMs, undefined, { signal: either }).catch(() => undefined);
        if (gone.signal.aborted) return String(gone.signal.reason);
        if (signal.aborted) return '';
        const asked = performance.now();
        const healthy = await this.#isHealthy(probeTimeoutMs);
        // A late supervisor must not blame the server.
        const late = performance.now() - asked > probeTimeoutMs + 500;
        lost = healthy || late ? 0 : lost + 1;
        if (lost < probesToLose) continue;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
        return `no answer to ${lost} probes`;
      }
      return '';
    } finally {
      child.off('exit', onExit);
    }
  }
}
