import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Test } from 'tap';

const run = promisify(execFile);
const patienceMs = 20_000;
const bytesPerSecond = 96_000;

/** What was heard from one start of the sound server to its end. */
export interface Heard {
  /** Wall time of the first sample. */
  startedAt: number;
  pcm: Buffer[];
}

/**
 * A PulseAudio daemon of a test's own, with a virtual cable and somebody who listens at its other end. The daemon shows itself to
 * others only when the listener hears, so that nothing is missed after a restart.
 */
export class PulseServer {
  static readonly sink = 'onair-cable';
  readonly folder = mkdtempSync(join(tmpdir(), 'onair-pulse-'));
  /** What programs need to find it, and not the desktop's. */
  readonly env: Record<string, string> = {
    HOME: this.folder,
    XDG_RUNTIME_DIR: this.folder,
    PULSE_SERVER: `unix:${join(this.folder, 'public')}`,
    PULSE_COOKIE: join(this.folder, 'cookie'),
  };
  readonly heard: Heard[] = [];
  readonly #control = join(this.folder, 'control');
  #daemon: ChildProcess | undefined;
  #listener: ChildProcess | undefined;
  #log = '';

  static async start(t: Test): Promise<PulseServer> {
    const server = new PulseServer();
    t.teardown(async () => {
      await server.kill();
      rmSync(server.folder, { recursive: true, force: true });
    });
    await server.start();
    return server;
  }

  /** Starts it (again). */
  async start(): Promise<void> {
    // The first is the default: what is heard on the cable was sent there by its name.
    const modules = [
      'module-null-sink sink_name=other sink_properties=device.description=Elsewhere',
      `module-null-sink sink_name=${PulseServer.sink} format=s16le rate=48000 channels=1 sink_properties=device.description=OnairCable`,
      `module-native-protocol-unix socket=${this.#control} auth-anonymous=1`,
    ];
    const options =
      '-n --daemonize=no --use-pid-file=no --exit-idle-time=-1 --realtime=no --high-priority=no';
    const loads = modules.flatMap((each) => ['-L', each]);
    this.#daemon = this.#spawn('pulseaudio', [...options.split(' '), '--log-target=stderr', ...loads]);
    this.#daemon.stderr?.on('data', (text: Buffer) => (this.#log += text.toString()));
    await this.#until(async () => await this.#pactl('info'));
    await this.#listen();
    await this.#pactl(
      'load-module',
      'module-native-protocol-unix',
      `socket=${join(this.folder, 'public')}`,
      'auth-anonymous=1',
    );
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    for (const each of [this.#daemon, this.#listener]) {
      if (!each) continue;
      const gone = once(each, 'close');
      if (each.exitCode !== null || each.signalCode !== null) continue;
      each.kill('SIGKILL');
      await gone;
    }
    this.#daemon = undefined;
    this.#listener = undefined;
  }

  async #listen(): Promise<void> {
    const format = ['--raw', '--rate=48000', '--channels=1', '--format=s16le', '--latency-msec=50'];
    const listener = this.#spawn('parec', [
      `--server=unix:${this.#control}`,
      `--device=${PulseServer.sink}.monitor`,
      ...format,
    ]);
    this.#listener = listener;
    const { stdout } = listener;
    if (!stdout) throw new Error('parec was started without pipes');
    const heard: Heard = { startedAt: 0, pcm: [] };
    this.heard.push(heard);
    stdout.on('data', (data: Buffer) => {
      heard.startedAt ||= Date.now() - (data.byteLength / bytesPerSecond) * 1_000;
      heard.pcm.push(data);
    });
    await this.#until(async () => heard.pcm.length > 0);
  }

  #spawn(program: string, args: string[]): ChildProcess {
    const child = spawn(program, args, {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.once('error', (error) => {
      this.#log += `${error.message}. As root, run: node ops/setup.mjs --dev --force (it installs pulseaudio and pulseaudio-utils)\n`;
    });
    return child;
  }

  async #pactl(...args: string[]): Promise<boolean> {
    try {
      const env = { ...process.env, ...this.env };
      await run('pactl', [`--server=unix:${this.#control}`, ...args], { env, timeout: patienceMs });
      return true;
    } catch (error) {
      this.#log += `${String(error)}\n`;
      return false;
    }
  }

  async #until(holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`PulseAudio does not work: ${this.#log.slice(-4_000)}`);
      await sleep(20);
    }
  }
}
