import t from 'tap';
import type { Test } from 'tap';
import { decodeAs, encode } from '../../protocol/codec.ts';
import type { AudioAnswer, AudioCommand } from '../../protocol/speech.ts';
import { audioActions } from '../../protocol/speech.ts';
import { audioCommandSubject } from '../../protocol/subjects.ts';
import { CommandDesk } from '../../workers/command-desk.ts';
import type { Bus } from '../../workers/bus.ts';
import { openLogger } from '../../workers/logger.ts';
import { openBus } from '../../workers/open-bus.ts';
import { accessTo, startNats } from '../support/nats.ts';

const command: AudioCommand = { action: 'skip', forMs: 0, volume: 0, by: 'Ann' };
const log = openLogger({});
log.level = 'silent';

/** A desk on a bus of its own, and somebody who asks. */
async function open(t: Test) {
  const { url } = await startNats(t);
  const stop = new AbortController();
  const connect = async (name: string): Promise<Bus> => {
    const bus = await openBus({ access: accessTo(url), name, log, signal: stop.signal });
    t.teardown(async () => await bus[Symbol.asyncDispose]());
    return bus;
  };
  const [bus, asker] = [await connect('worker'), await connect('asker')];
  const doubts = Promise.withResolvers<void>();
  const confirmed = Promise.withResolvers<void>();
  const duty = {
    current: { lease: 'audio:demo', epoch: 2 },
    isCertain: true,
    certain: async () => {
      doubts.resolve();
      await confirmed.promise;
    },
  };
  const done: AudioCommand[] = [];
  const counters: Record<string, number> = {};
  const desk = new CommandDesk({
    subject: audioCommandSubject('demo'),
    type: 'command',
    actions: audioActions,
    connection: bus.connection,
    duty,
    carryOut: (each) => {
      if (each.action === 'stop') throw new Error('a mistake of ours');
      done.push(each);
      return { done: true, text: 'so it is' };
    },
    counters,
    log,
    signal: stop.signal,
  });
  const running = desk.run();
  await bus.connection.flush();
  const ask = async (given: Partial<AudioCommand> = {}, timeout = 30_000): Promise<AudioAnswer> => {
    const bytes = encode('command', { ...command, ...given });
    const request = asker.connection.request(audioCommandSubject('demo'), bytes, { timeout });
    return decodeAs('answer', (await request).data);
  };
  return { duty, doubts: doubts.promise, confirmed, done, counters, running, stop, ask };
}

void t.test('run() answers until the signal says stop, also after a failure', async (t) => {
  const { done, counters, running, stop, ask } = await open(t);
  t.match(await ask(), { done: true, text: 'so it is' });
  t.match(await ask({ action: 'stop' }), { done: false, text: /failed/ });
  t.match(await ask(), { done: true });
  t.strictSame(done, [command, command]);
  t.strictSame(counters, { 'commands.skip': 2, 'commands.stop': 1, 'commands.failed': 1 });
  stop.abort();
  await running;
});

void t.test('run() does nothing before it is certain that it still plays', async (t) => {
  const { duty, doubts, confirmed, done, running, stop, ask } = await open(t);
  duty.isCertain = false;
  const answer = ask();
  await doubts;
  t.strictSame(done, []);
  confirmed.resolve();
  t.match(await answer, { done: true });
  t.strictSame(done, [command]);
  stop.abort();
  await running;
});

void t.test('run() forgets a command that nobody waits for any more', async (t) => {
  const { duty, confirmed, done, counters, running, stop, ask } = await open(t);
  duty.isCertain = false;
  await t.rejects(ask({}, 4_000), /timeout/i);
  t.strictSame(counters, { 'commands.doubtful': 1 });
  duty.isCertain = true;
  confirmed.resolve();
  t.match(await ask({ by: 'Bob' }), { done: true });
  t.match(done, [{ by: 'Bob' }]);
  t.equal(done.length, 1);
  stop.abort();
  await running;
});
