import { jetstreamManager } from '@nats-io/jetstream';
import { pino } from 'pino';
import type { Test } from 'tap';
import { WorkerProcess } from '../../ops/bench/worker-process.ts';
import type { Bodies, BodyName } from '../../protocol/codec.ts';
import type { ChildReport } from '../../protocol/ipc.ts';
import type { Share } from '../../protocol/sharding.ts';
import { consumersFor } from '../../protocol/streams.ts';
import type { Bus } from '../../workers/bus.ts';
import type { Delivery } from '../../workers/delivery.ts';
import { openBus } from '../../workers/open-bus.ts';
import { childOptions } from '../support/child-host.ts';
import { accessTo, startNats } from '../support/nats.ts';
import { openFolder } from './tts/cache/sounds.ts';

export interface Crew {
  bus: Bus;
  signal: AbortSignal;
  /** A worker that is warm and waits. */
  spare(given?: { poison?: string[]; rooms?: string[]; reply?: object }): Promise<WorkerProcess>;
  /** Starts a spare under the next epoch, for all rooms or for a share of them. */
  promote(spare: WorkerProcess, share?: Share): Promise<void>;
  /** What the supervisor does when a worker has died: gives back what it held. */
  giveBack(acks: Iterable<string>): void;
  /** Messages of the role's consumers that are not acked. */
  unacked(): Promise<number>;
  /** Everything in a stream by now. */
  all<Name extends BodyName>(stream: string, type: Name): Promise<Delivery<Bodies[Name]>[]>;
  lastSeq(stream: string): Promise<number>;
}

/** A real bus, and workers of one role that the test replaces as the supervisor does. */
export async function openCrew(t: Test, role: 'tts' | 'reply', rooms = ['demo']): Promise<Crew> {
  const home = openFolder(t);
  const { url } = await startNats(t, rooms);
  const stop = new AbortController();
  const { signal } = stop;
  const bus = await openBus({ access: accessTo(url), name: 'test', log: pino({ level: 'silent' }), signal });
  t.teardown(async () => {
    stop.abort();
    await bus[Symbol.asyncDispose]();
  });
  const manager = await jetstreamManager(bus.connection, { timeout: 20_000 });
  let epoch = 0;
  let spares = 0;
  const standing = new Standing();
  return {
    bus,
    signal,
    async spare({ poison = [], rooms: hosted = rooms, reply = {} } = {}) {
      const worker = new WorkerProcess(role);
      t.teardown(async () => await worker.kill());
      const supervisor = { heartbeatMs: 50, heartbeatDeadlineMs: 500 };
      const id = `${role}-${++spares}`;
      const config = {
        supervisor,
        reply,
        rooms: hosted.map((room) => ({ id: room, source: { type: 'douyin', webRid: room } })),
      };
      worker.process.on('message', (report: ChildReport) => standing.note(worker, report));
      await worker.initialise(childOptions({ id, role, home, bus: accessTo(url), poison, config }));
      return worker;
    },
    async promote(spare, share) {
      const lease = share && share.of > 1 ? `${role}/${share.index}-${share.of}` : role;
      standing.take(spare, ++epoch, share);
      spare.start({ lease, epoch, ...(share ? { share } : {}) });
      await spare.report('started');
    },
    giveBack(acks) {
      for (const ack of acks) bus.connection.publish(ack, '-NAK');
    },
    async unacked() {
      const own = consumersFor(rooms).filter((consumer) => consumer.role === role);
      const infos = own.map(async ({ stream, name }) => await manager.consumers.info(stream, name));
      return (await Promise.all(infos)).reduce(
        (sum, info) => sum + info.num_pending + info.num_ack_pending,
        0,
      );
    },
    async all(stream, type) {
      const found = [];
      const reading = bus.read(stream, type, { filter: '>', from: { seq: 1 }, untilEnd: true, signal });
      for await (const delivery of reading) found.push(delivery);
      return found;
    },
    lastSeq: async (stream) => (await manager.streams.info(stream)).state.last_seq,
  };
}

/** Who works, and has not been replaced: a worker that could not run for long is told so when it asks, as the supervisor tells it. */
class Standing {
  readonly #shares = new Map<WorkerProcess, { epoch: number; share: Share }>();

  take(worker: WorkerProcess, epoch: number, share: Share = { index: 0, of: 1 }): void {
    for (const [other, { share: theirs }] of this.#shares)
      if (theirs.of !== share.of || theirs.index === share.index) this.#shares.delete(other);
    this.#shares.set(worker, { epoch, share });
  }

  note(worker: WorkerProcess, report: ChildReport): void {
    if (report.kind === 'yielded') this.#shares.delete(worker);
    if (report.kind !== 'doubt' || this.#shares.get(worker)?.epoch !== report.epoch) return;
    worker.send({ kind: 'confirmed', epoch: report.epoch });
  }
}

/** Looks again with each sign of life of a worker until it is so. */
export async function until(worker: WorkerProcess, isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await worker.report('heartbeat');
}

/** Stops a process in the middle of what it does, for longer than its heartbeat may be silent. */
export async function freeze(worker: WorkerProcess, other: WorkerProcess, forMs = 700): Promise<void> {
  worker.process.kill('SIGSTOP');
  const stoppedAt = performance.now();
  await until(other, async () => await Promise.resolve(performance.now() - stoppedAt > forMs));
}

/** Lets it go on, until it has said that it does not know who it is, and has had time for whatever it would do all the same. */
export async function thaw(worker: WorkerProcess): Promise<void> {
  worker.process.kill('SIGCONT');
  await worker.report('doubt');
  for (let beats = 0; beats < 10; beats++) await worker.report('heartbeat');
}
