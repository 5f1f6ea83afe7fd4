import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SpeechFault } from '../../../protocol/simulated-faults.ts';
import { SeededRandom } from '../douyin-room/scenario/seeded-random.ts';
import { answerControl } from './control.ts';
import { Exchange } from './exchange.ts';
import { FaultPlan, type FaultChange } from './fault-plan.ts';
import { Gate } from './gate.ts';
import { Listener } from './listener.ts';
import { perform, type SpeechJob } from './perform.ts';
import type { FaultTimes, SpeechSettings } from './settings.ts';
import type { SpeechState } from './speech-state.ts';
import { SpeechLog, type SpeechRecord } from './truth-log.ts';
import { SimulatedVoice } from './voice.ts';
import { failOnTheWire, type Refusals } from './wire-faults.ts';

/** What a kind of server adds to what all have in common. */
export type SpeechDialect = {
  /** Requests for speech draw faults and are counted. */
  readonly isSpeech: (method: string, path: string) => boolean;
  readonly refusals: Refusals;
  /** Answers anything: reads and checks, and calls `speak` for what can be spoken. */
  readonly answer: (exchange: Exchange, desk: SpeechServer) => Promise<void>;
  /** Forgets what a restart forgets. */
  readonly restarted?: () => void;
  /** For the state. */
  readonly describe?: () => object;
};

/** Use `openGptSovits` and its like. */
export async function openSpeechServer(
  settings: SpeechSettings,
  makeDialect: (voice: SimulatedVoice) => SpeechDialect,
): Promise<SpeechServer> {
  const plan = new FaultPlan(settings);
  const voice = await SimulatedVoice.open({ cacheMb: settings.voiceCacheMb });
  const log = new SpeechLog({ limit: settings.logLimit, file: settings.logFile });
  const http = createServer();
  try {
    const onSocket = (socket: Socket) => http.emit('connection', socket);
    const listener = await Listener.open({ port: settings.port, onSocket });
    return new SpeechServer({ settings, dialect: makeDialect(voice), plan, log, http, listener });
  } catch (error) {
    log[Symbol.dispose]();
    throw error;
  }
}

/** A simulated speech server on 127.0.0.1: speaks as its dialect asks, fails as its plan asks, and writes down what it did. */
export class SpeechServer implements AsyncDisposable {
  readonly port: number;
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly url: string;
  /** Drawn from for everything that no request decides. */
  readonly random: SeededRandom;
  readonly #settings: SpeechSettings;
  readonly #dialect: SpeechDialect;
  readonly #plan: FaultPlan;
  readonly #log: SpeechLog;
  readonly #listener: Listener;
  readonly #gate = new Gate(() => this.#announce());
  readonly #closing = new AbortController();
  /** Over with each restart, and with all work of it. */
  #life = new AbortController();
  readonly #done = Promise.withResolvers<void>();
  readonly #work = new Set<Promise<void>>();
  readonly #doomed = new WeakSet<Socket>();
  readonly #watchers = new Set<() => void>();
  readonly #counts = { requests: 0, otherRequests: 0, inFlight: 0, mostInFlight: 0, restarts: 0, decayMs: 0 };
  readonly #faultCounts: Partial<Record<SpeechFault, number>> = {};
  #closed: Promise<void> | undefined;

  /** Use {@link openSpeechServer}. */
  constructor(parts: {
    readonly settings: SpeechSettings;
    readonly dialect: SpeechDialect;
    readonly plan: FaultPlan;
    readonly log: SpeechLog;
    readonly http: Server;
    readonly listener: Listener;
  }) {
    const { settings, dialect, plan, log, http, listener } = parts;
    this.#settings = settings;
    this.#dialect = dialect;
    this.#plan = plan;
    this.#log = log;
    this.#listener = listener;
    this.random = new SeededRandom(settings.seed + 1);
    // Whoever waits for the end or closes the server hears of it.
    this.#done.promise.catch(() => undefined);
    this.port = listener.port;
    this.address = `127.0.0.1:${this.port}`;
    this.url = `http://${this.address}`;
    http.on('request', (request, response) => this.#receive(request, response));
  }

  state(): SpeechState & object {
    const { port } = this;
    const isListening = this.#listener.isOpen;
    const isBlocked = this.#gate.isHeld;
    return {
      port,
      isListening,
      isBlocked,
      ...this.#counts,
      faults: this.#faultCounts,
      ...this.#dialect.describe?.(),
    };
  }

  /** How long faults take, as it is now. */
  get times(): FaultTimes {
    return this.#plan.times;
  }

  /** The records after the `since`-th, oldest first. */
  log(since = 0): readonly SpeechRecord[] {
    return this.#log.since(since);
  }

  /** Faults for the requests to come. @throws {TypeError} when they contradict each other. */
  changeFaults(change: FaultChange): void {
    this.#plan.change(change);
  }

  /** Resolves when something holds of the state or the log; looked at whenever a request comes or is over. */
  async until(holds: (server: this) => boolean): Promise<void> {
    while (!holds(this)) {
      const changed = Promise.withResolvers<void>();
      this.#watchers.add(changed.resolve);
      await changed.promise;
      this.#watchers.delete(changed.resolve);
      if (this.#closing.signal.aborted && !holds(this)) throw new Error('The simulated server was closed');
    }
  }

  /** Resolves when connections are taken: after a restart, when that is over. */
  async untilListening(): Promise<void> {
    await this.until(() => this.#listener.isOpen);
  }

  /** Speaks, or fails in the way that the exchange drew. */
  async speak(exchange: Exchange, job: SpeechJob): Promise<void> {
    exchange.text = job.text;
    const { random } = this;
    const { times } = this.#plan;
    const failed = await failOnTheWire(exchange, {
      gate: this.#gate,
      times,
      random,
      refusals: this.#dialect.refusals,
      shutFor: (ms) => this.#shutFor(ms),
      restart: () => this.restart(),
      doom: () => this.#doomed.add(exchange.request.socket),
    });
    if (failed) return;
    const { inference } = this.#settings;
    const { decayMs: extraMs } = this.#counts;
    if (exchange.fault === 'degradation') this.#counts.decayMs += times.degradationMs;
    await perform(exchange, job, { gate: this.#gate, times, inference, extraMs, random });
  }

  /** Ends all connections without a word, refuses new ones for a while, and is as new. */
  restart(): void {
    this.#counts.restarts += 1;
    this.#counts.decayMs = 0;
    this.#dialect.restarted?.();
    this.#shutFor(this.#plan.times.restartMs);
    this.#endLife('restarts');
    this.#life = new AbortController();
  }

  /** Ends by itself, as a server that is told to. */
  exit(): void {
    this.#listener.shut();
    this.#endLife('was told to exit');
    this.#done.resolve();
  }

  /** Resolves when the server was closed or told to exit; rejects when it failed by itself, as with a full disk under its log. */
  async untilDone(): Promise<void> {
    await this.#done.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#endLife('was closed');
    await this.#listener[Symbol.asyncDispose]();
    await Promise.all(this.#work);
    this.#log[Symbol.dispose]();
    this.#announce();
    this.#done.resolve();
    await this.#done.promise;
  }

  #endLife(reason: string): void {
    this.#life.abort(new Error(`The simulated server ${reason}`));
    this.#listener.endSockets();
  }

  #shutFor(ms: number): void {
    this.#track(this.#listener.shutFor(ms).then(() => this.#announce()));
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    if (request.url?.startsWith('/sim/')) {
      response.on('error', () => undefined);
      return this.#track(
        answerControl(request, response, {
          state: () => this.state(),
          since: (seq) => this.log(seq),
          faults: () => this.#plan.describe(),
          changeFaults: (input) => this.#plan.change(input),
        }),
      );
    }
    this.#track(this.#answer(request, response));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const isSpeech = this.#dialect.isSpeech(request.method ?? '', path);
    const asked = request.headers['x-sim-fault'];
    const wasDoomed = this.#doomed.has(request.socket);
    let fault: SpeechFault = wasDoomed ? 'keep-alive-reset' : 'ok';
    try {
      if (isSpeech && !wasDoomed) fault = this.#plan.draw(typeof asked === 'string' ? asked : undefined);
    } catch (error) {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
      return;
    }
    const exchange = new Exchange({ request, response, fault, isSpeech, closing: this.#life.signal });
    this.#begin(exchange);
    try {
      if (wasDoomed) return exchange.reset();
      // Its loop stands still while it works on what blocks: nobody is even read.
      await this.#gate.pass();
      exchange.waitedMs = exchange.ageMs;
      await this.#dialect.answer(exchange, this);
    } catch (error) {
      if (exchange.gone.aborted || request.destroyed) return;
      exchange.reset();
      throw error;
    } finally {
      this.#end(exchange);
    }
  }

  #begin(exchange: Exchange): void {
    const counts = this.#counts;
    if (exchange.isSpeech) {
      counts.requests += 1;
      counts.inFlight += 1;
      counts.mostInFlight = Math.max(counts.mostInFlight, counts.inFlight);
      this.#faultCounts[exchange.fault] = (this.#faultCounts[exchange.fault] ?? 0) + 1;
    } else counts.otherRequests += 1;
    this.#announce();
  }

  #end(exchange: Exchange): void {
    if (exchange.isSpeech) this.#counts.inFlight -= 1;
    this.#log.add(exchange.record());
    this.#announce();
  }

  #announce(): void {
    for (const resolve of this.#watchers) resolve();
  }

  /** What goes wrong outside of an answer is the simulator's own failure. */
  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#done.reject(error))
      .finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }
}
