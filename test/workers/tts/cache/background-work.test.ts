import { getEventListeners } from 'node:events';
import t from 'tap';
import { BackgroundWork } from '../../../../workers/tts/cache/background-work.ts';

const options = { quietMs: 1, pauseMs: 1 };
const never = new AbortController().signal;

/** Goes on until its signal says stop. */
async function untilStopped(signal: AbortSignal): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => stopped.reject(signal.reason), { once: true });
  await stopped.promise;
}

void t.test('BackgroundWork does one after the other', async (t) => {
  using work = new BackgroundWork(options);
  let running = 0;
  const done: number[] = [];
  const task = (number: number) => async () => {
    running += 1;
    if (running > 1) t.fail('two at once');
    await new Promise(setImmediate);
    running -= 1;
    done.push(number);
  };
  await Promise.all([1, 2, 3].map(async (number) => await work.add(task(number), never)));
  t.same(done, [1, 2, 3]);
  t.equal(work.waiting, 0);
  t.equal(getEventListeners(never, 'abort').length, 0);
});

void t.test(
  'BackgroundWork is interrupted by what is more important, waits for it, and begins again',
  async (t) => {
    using work = new BackgroundWork(options);
    const begun = Promise.withResolvers<void>();
    let times = 0;
    const doing = work.add(async (signal) => {
      times += 1;
      if (times > 1) return;
      begun.resolve();
      await untilStopped(signal);
    }, never);
    await begun.promise;
    const hold = work.hold();
    const other = work.hold();
    hold[Symbol.dispose]();
    hold[Symbol.dispose]();
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    t.equal(times, 1, 'still held by the other');
    other[Symbol.dispose]();
    await doing;
    t.equal(times, 2);
  },
);

void t.test(
  'BackgroundWork tries what failed again, at last gives it up, and goes on with the rest',
  async (t) => {
    using work = new BackgroundWork(options);
    let times = 0;
    const failing = work.add(async () => {
      times += 1;
      throw new Error(`broken ${times}`);
    }, never);
    const other = work.add(async () => undefined, never);
    await t.rejects(failing, { message: 'broken 5' });
    await other;
    t.equal(times, 5);
  },
);

void t.test('BackgroundWork ends what its signal stops, waiting or running', async (t) => {
  using work = new BackgroundWork(options);
  const running = new AbortController();
  const waiting = new AbortController();
  const one = work.add(untilStopped, running.signal);
  const other = work.add(async () => void t.fail('was begun'), waiting.signal);
  waiting.abort(new Error('not wanted'));
  await t.rejects(other, { message: 'not wanted' });
  running.abort(new Error('enough'));
  await t.rejects(one, { message: 'enough' });
  await t.rejects(work.add(untilStopped, running.signal), { message: 'enough' });
});

void t.test('BackgroundWork takes no more than it can hold, and nothing after its end', async (t) => {
  const work = new BackgroundWork(options);
  const held = work.hold();
  const added = Array.from({ length: 1_001 }, async () => await work.add(async () => undefined, never));
  await t.rejects(added.pop() ?? Promise.resolve(), { message: /1000 wait/ });
  const ended = Promise.allSettled(added);
  work[Symbol.dispose]();
  held[Symbol.dispose]();
  t.ok((await ended).every(({ status }) => status === 'rejected'));
  await t.rejects(work.add(async () => undefined, never));
  t.equal(getEventListeners(never, 'abort').length, 0);
});
