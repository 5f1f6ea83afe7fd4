import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../../../protocol/config.ts';
import { describeFailure, toFailure } from '../../../protocol/failure.ts';
import type { ChildReport } from '../../../protocol/ipc.ts';
import type { Bus } from '../../../workers/bus.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { within } from '../../../workers/within.ts';
import { openQuietBus } from '../quiet-bus.ts';
import { WorkerProcess } from '../worker-process.ts';

/** A real bus, a real process that speaks, and a warm one beside it; whoever measures plays the others. */
export interface VoiceStage extends AsyncDisposable {
  /** As who replies has it. */
  speech: Bus;
  /** As who plays has it. */
  sound: Bus;
  /** Why spares did not come up, each time. */
  readonly failures: string[];
  /** Another stands by. */
  readonly isCovered: boolean;
  /** Kills who speaks in the middle of it, as the first thing; returns once another goes on. */
  replaceWorker(): Promise<void>;
  /** Segments that were given out and are not answered. */
  unanswered(): Promise<number>;
}

const startMs = 60_000;
const mostAttempts = 3;
/** Characters; its last words are the ones that tell. */
const mostTold = 300;

/** Returns once each of the engines has said that so many of its endpoints can speak. */
export async function openVoiceStage({
  config,
  engines,
  signal,
}: {
  config: Config;
  engines: Record<string, number>;
  signal: AbortSignal;
}): Promise<VoiceStage> {
  const stack = new AsyncDisposableStack();
  try {
    const home = mkdtempSync(join(tmpdir(), 'onair-voice-'));
    stack.defer(() => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
    const link = stack.use(await openQuietBus(config, home));
    const access = link.accessFor('tts');
    let opened = 0;
    const openWorker = async (): Promise<WorkerProcess> => {
      if (stack.disposed) throw new Error('The stage is closed');
      opened += 1;
      const id = opened === 1 ? 'tts' : `tts.${opened}`;
      const worker = stack.use(new WorkerProcess('tts'));
      // As a supervisor does that has no other.
      worker.process.on('message', (report: ChildReport) => {
        if (report.kind === 'doubt' && worker.isAlive && worker.process.connected)
          worker.send({ kind: 'confirmed', epoch: report.epoch });
      });
      const common = { id, role: 'tts', subject: '', runId: 'bench', home, bus: access, config } as const;
      const life = { previousAddress: '', poison: [], hurry: false, afterDeath: '' as const, isTrial: false };
      await within(worker.initialise({ ...common, ...life }), startMs, signal);
      return worker;
    };
    let epoch = 0;
    const start = async (worker: WorkerProcess) => {
      epoch += 1;
      worker.start({ lease: 'tts', epoch });
      await within(worker.report('started'), startMs, signal);
    };
    let active = await openWorker();
    const ready = within(untilAvailable(active, engines), startMs, signal);
    ready.catch(() => undefined);
    await start(active);
    await ready;

    const failures: string[] = [];
    let isCovered = false;
    /** One that does not come up on a busy machine is opened anew. */
    const openSpare = async (): Promise<WorkerProcess> => {
      for (let attempt = 1; ; attempt++) {
        try {
          const worker = await openWorker();
          isCovered = true;
          return worker;
        } catch (error) {
          failures.push(describeFailure(toFailure(error)).replaceAll(/\s+/g, ' ').slice(-mostTold));
          if (attempt >= mostAttempts || stack.disposed) throw error;
        }
      }
    };
    let spare = openSpare();
    await spare;
    const given = { log: pino({ level: 'silent' }), signal };
    const speech = stack.use(await openBus({ ...given, access: link.accessFor('reply'), name: 'reply' }));
    const sound = stack.use(await openBus({ ...given, access: link.accessFor('audio'), name: 'audio' }));
    return {
      speech,
      sound,
      failures,
      get isCovered() {
        return isCovered;
      },
      async replaceWorker() {
        isCovered = false;
        const dying = active.kill();
        const next = await spare;
        link.handOver(await dying);
        active = next;
        await start(next);
        // What was on its way to the dead one, so that it never could say that it has it.
        link.handOver(await link.unacknowledged('tts', () => [...next.held]));
        spare = openSpare();
        spare.catch(() => undefined);
      },
      unanswered: async () => (await link.unacknowledged('tts', () => [])).length,
      [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** A heartbeat carries only what has changed since the one before. */
async function untilAvailable(worker: WorkerProcess, engines: Record<string, number>): Promise<void> {
  const known: Record<string, number> = {};
  await worker.report('heartbeat', ({ counters }) => {
    Object.assign(known, counters);
    return Object.entries(engines).every(([id, count]) => known[`tts.${id}.available`] === count);
  });
}
