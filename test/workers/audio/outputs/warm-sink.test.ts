import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { fileSpec } from '../../../../workers/audio/outputs/find-output.ts';
import { SinkProcess } from '../../../../workers/audio/outputs/sink-process.ts';
import type { SinkSpec } from '../../../../workers/audio/outputs/sink-process.ts';
import { WarmSink } from '../../../../workers/audio/outputs/warm-sink.ts';
import { readWav } from './wav.ts';
import { placeIn } from './place.ts';

const frame = Buffer.from(new Int16Array(960).fill(1_000).buffer);

function open(t: Test) {
  const sinks: SinkProcess[] = [];
  const reasons: string[] = [];
  const lost = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const warm = new WarmSink({
    spawn: (spec) => {
      const sink = new SinkProcess(spec, { now: performance.now(), figures: { dropped: () => undefined } });
      sinks.push(sink);
      return sink;
    },
    onLost: (_, reason) => {
      lost[reasons.length]?.resolve();
      reasons.push(reason);
    },
  });
  t.teardown(async () => {
    await warm[Symbol.asyncDispose]();
    for (const sink of sinks) await sink.end(10_000);
  });
  const spec = fileSpec(placeIn(t.testdir()));
  return { warm, sinks, reasons, lost, spec };
}

void t.test('take() gives a sink that waits and has touched nothing', async (t) => {
  const { warm, sinks, spec } = open(t);
  const file = join(t.testdirName, 'demo.wav');
  warm.keep(spec);
  warm.keep(spec);
  t.equal(sinks.length, 1);
  await warm.ready();
  t.notOk(existsSync(file));
  t.notOk(existsSync(`${file}.json`));
  t.equal(warm.take({ ...spec, name: 'null' }), undefined, 'only for what was asked for');
  const sink = warm.take(spec);
  t.equal(sink, sinks[0]);
  t.equal(warm.take(spec), undefined, 'once');
  await warm[Symbol.asyncDispose]();
  sink?.write(frame, performance.now());
  await sink?.end(10_000);
  t.equal(readWav(file).samples.length, 960);
});

void t.test('keep() replaces one that ends, and one of another kind', async (t) => {
  const { warm, sinks, reasons, lost, spec } = open(t);
  warm.keep(spec);
  await warm.ready();
  process.kill(sinks[0]?.pid ?? 0, 'SIGKILL');
  await lost[0]?.promise;
  t.equal(warm.take(spec), undefined, 'rather none than a dead one');
  warm.keep(spec);
  await warm.ready();
  const other: SinkSpec = { ...spec, name: 'other' };
  warm.keep(other);
  t.equal(await sinks[1]?.ended, 'exit code 0');
  await warm.ready();
  t.ok(warm.take(other));
  t.strictSame(reasons, ['ended by SIGKILL']);
});

void t.test('keep() starts none of a kind that cannot wait', (t) => {
  const { warm, sinks, spec } = open(t);
  warm.keep({ ...spec, canWait: false });
  warm.keep(undefined);
  t.equal(sinks.length, 0);
  t.end();
});

void t.test('a sink that ends while it waits is started again', async (t) => {
  const { warm, sinks, lost, spec } = open(t);
  warm.keep(spec);
  for (const index of [0, 1]) {
    while (!sinks[index]) await new Promise((resolve) => setTimeout(resolve, 5));
    await sinks[index].ready;
    process.kill(sinks[index].pid ?? 0, 'SIGKILL');
    await lost[index]?.promise;
  }
  while (!sinks[2]) await new Promise((resolve) => setTimeout(resolve, 5));
  t.equal(warm.take(spec), sinks[2]);
});
