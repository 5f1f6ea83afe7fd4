import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { configSchema } from '../../../protocol/config.ts';
import type { LiveEvent } from '../../../protocol/event.ts';
import type { ChildReport } from '../../../protocol/ipc.ts';
import { inboxPrefix } from '../../../protocol/roles.ts';
import { operatorKeyFile } from '../../../supervisor/bus-link.ts';
import type { Bus } from '../../../workers/bus.ts';
import { openBus } from '../../../workers/open-bus.ts';
import { TcpProxy } from '../../chaos/tcp-proxy.ts';
import type { DouyinRoom } from '../../sim/douyin-room/server.ts';
import { openDouyinRoom } from '../../sim/douyin-room/server.ts';
import { openQuietBus } from '../quiet-bus.ts';
import { WorkerProcess } from '../worker-process.ts';

/** A simulated room, and what stands between it and ingest. */
export interface StagedRoom {
  id: string;
  room: DouyinRoom;
  proxy: TcpProxy;
}

/** Silent rooms, a real bus, and a real ingest process that reads them. */
export interface IngestStage extends AsyncDisposable {
  rooms: StagedRoom[];
  worker: WorkerProcess;
  /** Kills the worker in the middle of whatever it does, and starts another in its place. */
  replaceWorker(): Promise<void>;
  /** Reads with the operator's key. */
  bus: Bus;
}

const openMs = 60_000;

/** Returns once every room is connected. `sentLimit`: messages that each room remembers. */
export async function openIngestStage(options: {
  rooms: number;
  seed: number;
  sentLimit: number;
  signal: AbortSignal;
}): Promise<IngestStage> {
  const { rooms: count, seed, sentLimit } = options;
  const stack = new AsyncDisposableStack();
  try {
    const home = mkdtempSync(join(tmpdir(), 'onair-ingest-'));
    stack.defer(() => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
    const rooms: StagedRoom[] = [];
    for (let index = 0; index < count; index++) {
      const id = `room-${index}`;
      const room = stack.use(
        await openDouyinRoom({ webRid: id, seed: seed + index, scenario: { type: 'silent' }, sentLimit }),
      );
      const proxy = stack.use(await TcpProxy.open({ target: () => `127.0.0.1:${room.port}` }));
      rooms.push({ id, room, proxy });
    }
    const config = configSchema.parse({
      rooms: rooms.map(({ id, proxy: { port } }) => {
        const source = { pageUrl: `http://127.0.0.1:${port}`, pushUrls: [`ws://127.0.0.1:${port}`] };
        return { id, source: { type: 'douyin', webRid: id, ...source } };
      }),
    });
    const link = stack.use(await openQuietBus(config, home));
    const access = link.accessFor('ingest');
    let epoch = 0;
    const startWorker = async (): Promise<WorkerProcess> => {
      const worker = stack.use(new WorkerProcess('ingest'));
      // As a supervisor does that has no other.
      worker.process.on('message', (report: ChildReport) => {
        if (report.kind === 'doubt') worker.send({ kind: 'confirmed', epoch: report.epoch });
      });
      await worker.initialise({
        id: 'ingest',
        role: 'ingest',
        subject: '',
        runId: 'bench',
        home,
        bus: access,
        config,
        previousAddress: '',
        poison: [],
        hurry: false,
        afterDeath: '',
        isTrial: false,
      });
      epoch += 1;
      worker.start({ lease: 'ingest', epoch });
      await worker.report('started');
      return worker;
    };
    const worker = await startWorker();
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(openMs)]);
    await Promise.all(rooms.map(async ({ room }) => await room.untilConnected({ signal })));
    const seedOfOperator = readFileSync(operatorKeyFile(home), 'utf8').trim();
    const bus = stack.use(
      await openBus({
        access: { ...access, seed: seedOfOperator, inboxPrefix: inboxPrefix('operator') },
        name: 'operator',
        log: pino({ level: 'silent' }),
        signal: options.signal,
      }),
    );
    const stage: IngestStage = {
      rooms,
      worker,
      bus,
      async replaceWorker() {
        await stage.worker.kill();
        stage.worker = await startWorker();
      },
      [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
    };
    return stage;
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** All events that are stored now, in their order. */
export async function* storedEvents(bus: Bus, signal: AbortSignal): AsyncGenerator<LiveEvent> {
  const all = bus.read('EVENTS', 'event', {
    filter: 'live.*.event.*',
    from: { seq: 1 },
    untilEnd: true,
    signal,
  });
  for await (const { body } of all) yield body;
}

/** The id of the event of a message. */
export const eventOf = (id: string, msgId: string): string => `${id}:douyin:${msgId}`;
