import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import type { ChildState, SupervisorState } from '../../protocol/ipc.ts';
import type { Outcome } from '../../protocol/speech.ts';
import { openOperatorBus } from '../../ops/operator.ts';
import { supervisorArguments } from '../../supervisor/node-arguments.ts';
import { readState } from '../../supervisor/state-file.ts';
import type { Bus } from '../../workers/bus.ts';

const project = resolve(import.meta.dirname, '../..');
/** Generous: what is waited for is an event, and machines are slow. */
const patienceMs = 90_000;
/** Lines of what the supervisor said, to be read beside what failed. */
const saidMost = 80;

export interface Sent {
  n: number;
  msgId: string;
  kind: string;
  nickname: string;
  text: string;
  count: number;
  acked: boolean;
  replay: boolean;
  gift: { name: string; repeatCount: number; groupId: string; repeatEnd: boolean } | null;
}

/** The room of most tests: nothing happens in it by itself, and each answer can be told from the others. */
export const silentRoom = {
  rooms: [
    {
      id: 'demo',
      source: {
        type: 'douyin',
        webRid: 'demo',
        pageUrl: 'http://${address:sim-room}',
        pushUrls: ['ws://${address:sim-room}'],
      },
    },
  ],
  simulators: [{ id: 'room', type: 'douyin-room', silent: true }],
  audio: { outputs: ['file'] },
  tts: { speed: 1.5 },
  reply: {
    disclosure: { text: '' },
    idle: [{ id: 'quiet', lines: ['这里是直播间，一切正常。'] }],
    mergeWindowMs: 500,
    // A test's few viewers ask and give as often as it likes, and each is answered by itself.
    board: { chatEveryMs: 0, smallGiftDiamonds: 0 },
  },
};

/** A supervisor that really runs, with everything under it, seen from outside. */
export class Show implements AsyncDisposable {
  readonly home: string;
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly ended: Promise<number | null>;
  readonly outcomes: Outcome[] = [];
  readonly #stop = new AbortController();
  #bus: Bus | undefined;

  private constructor(home: string, args: string[]) {
    this.home = home;
    this.process = spawn(process.execPath, [...supervisorArguments, '--home', home, ...args], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = once(this.process, 'exit').then(([code]: (number | null)[]) => code ?? null);
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (stream) createInterface(stream).on('line', (line) => this.lines.push(line));
    }
  }

  /** Starts it with a configuration (JSON is YAML) and waits until it is on air. */
  static async start(t: Test, config: object, args: string[] = []): Promise<Show> {
    const home = mkdtempSync(join(tmpdir(), 'onair-show-'));
    t.teardown(() => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
    const file = join(home, 'onair.yaml');
    writeFileSync(file, JSON.stringify(config));
    const show = new Show(home, ['--config', file, ...args]);
    t.teardown(async () => {
      await show[Symbol.asyncDispose]();
      if (!t.passing()) t.comment(show.lines.slice(-saidMost).join('\n'));
    });
    await show.until('on air', () => show.state.state === 'on-air');
    show.#bus = await openOperatorBus(home, show.state, show.#stop.signal);
    void show.#listen();
    return show;
  }

  get state(): SupervisorState {
    const state = readState(this.home);
    return (
      state ?? {
        pid: 0,
        startedAt: '',
        configFile: '',
        startTime: '',
        runId: '',
        state: 'starting',
        nats: { url: '', monitorUrl: '', pid: 0, restarts: 0 },
        console: null,
        children: [],
        services: [],
        rooms: [],
        maxRooms: 0,
        reload: null,
        incidents: [],
        late: { times: 0, ms: 0 },
        rssMb: 0,
      }
    );
  }

  get bus(): Bus {
    if (!this.#bus) throw new Error('not on air');
    return this.#bus;
  }

  child(id: string): ChildState {
    const child = this.state.children.find((one) => one.id === id);
    if (!child) throw new Error(`There is no child "${id}"`);
    return child;
  }

  /** Waits until something holds; throws with what the supervisor said when it never does. */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!(await holds())) {
      if (this.process.exitCode !== null && what !== 'the end')
        throw new Error(`ended while waiting for ${what}:\n${this.lines.join('\n')}`);
      if (Date.now() > deadline)
        throw new Error(
          `never came: ${what}\n${this.lines.join('\n')}\n${JSON.stringify(this.outcomes.slice(-5))}`,
        );
      await sleep(20);
    }
  }

  /** Asks the simulated room for something to happen, as a viewer would. */
  async say(item: object): Promise<Sent[]> {
    const { sent } = (await this.#post('say', item)) as { sent: Sent[] };
    return sent;
  }

  async fault(fault: object): Promise<void> {
    await this.#post('fault', fault);
  }

  /** Changes what the simulated room is or answers. */
  async changeRoom(change: object): Promise<void> {
    await this.#post('state', change);
  }

  /** What the room says that it has sent. */
  async sent(): Promise<Sent[]> {
    const response = await fetch(`${this.#room}/sim/sent`, { signal: AbortSignal.timeout(10_000) });
    return ((await response.json()) as { sent: Sent[] }).sent;
  }

  /** The room has a listener on its socket. */
  async untilConnected(): Promise<void> {
    await this.until('a connection to the room', async () => {
      try {
        const response = await fetch(`${this.#room}/sim/state`, { signal: AbortSignal.timeout(5_000) });
        return ((await response.json()) as { connections: { closedFor: unknown }[] }).connections.some(
          ({ closedFor }) => closedFor === null,
        );
      } catch {
        return false;
      }
    });
  }

  /** The outcome of a message of the room. */
  async untilOutcome(msgId: string): Promise<Outcome> {
    const find = () => this.outcomes.find(({ eventId }) => eventId.endsWith(`:${msgId}`));
    await this.until(`the outcome of ${msgId}`, () => find() !== undefined);
    return find() as Outcome;
  }

  /** Stops in order and says the exit code. */
  async stop(): Promise<number | null> {
    this.process.kill('SIGTERM');
    return await this.ended;
  }

  log(name: string): string {
    return readFileSync(join(this.home, 'log', name), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#bus?.connection.close();
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGTERM');
    const gone = await Promise.race([this.ended.then(() => true), sleep(30_000, false, { ref: false })]);
    if (!gone) this.process.kill('SIGKILL');
    await this.ended;
  }

  async #listen(): Promise<void> {
    const from = { seq: 1 };
    const { signal } = this.#stop;
    for await (const { body } of this.bus.read('OUTCOME', 'outcome', {
      filter: 'live.*.outcome.*',
      from,
      signal,
    })) {
      this.outcomes.push(body);
    }
  }

  get #room(): string {
    return `http://${this.child('sim-room').address}`;
  }

  async #post(path: string, body: object): Promise<unknown> {
    const address = this.#room;
    let response: Response;
    try {
      response = await fetch(`${address}/sim/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
        signal: AbortSignal.timeout(60_000),
      });
    } catch (cause) {
      // Why is known to whoever kept it.
      throw new Error(`${address} did not answer ${path}:\n${this.lines.join('\n')}`, { cause });
    }
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return answer;
  }
}
