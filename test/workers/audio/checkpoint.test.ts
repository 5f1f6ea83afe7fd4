import t from 'tap';
import { encode } from '../../../protocol/codec.ts';
import { Checkpoint } from '../../../workers/audio/checkpoint.ts';
import { noDuty } from '../../../workers/duty.ts';
import { openLogger } from '../../../workers/logger.ts';
import { playheadOf } from './fixtures.ts';
import { HostedRoom } from './hosted-room.ts';

const log = openLogger({});
log.level = 'silent';

void t.test('Checkpoint gives a successor the latest that was written', async (t) => {
  const { bus } = await HostedRoom.open(t);
  const stop = new AbortController();
  const options = { room: 'demo', bus, duty: noDuty, log, signal: stop.signal };
  const first = await Checkpoint.open(options);
  const written: number[] = [];
  first.onWritten = ({ resumeSeq }) => written.push(resumeSeq);
  t.equal(first.kept, undefined);
  for (let seq = 2; seq <= 50; seq++) first.write(playheadOf({ resumeSeq: seq }));
  await first.written();
  first.write(
    playheadOf({ resumeSeq: 51, ended: ['a'], partial: [{ utteranceId: 'b', nextIndex: 2, offsetMs: 100 }] }),
  );
  await first.written();
  t.match(written, [50, 51], 'and says so');
  t.match((await Checkpoint.open(options)).kept?.playhead, {
    resumeSeq: 51,
    ended: ['a'],
    partial: [{ utteranceId: 'b', nextIndex: 2, offsetMs: 100 }],
  });
  const status = await (await bus.bucket('playhead')).status();
  t.ok(status.streamInfo.state.last_seq <= 4, 'what was outdated meanwhile was never written');
});

void t.test('Checkpoint begins anew when the value is damaged', async (t) => {
  const { bus } = await HostedRoom.open(t);
  const bucket = await bus.bucket('playhead');
  await bucket.put('demo', new Uint8Array([1, 2, 3]));
  const { kept } = await Checkpoint.open({
    room: 'demo',
    bus,
    duty: noDuty,
    log,
    signal: new AbortController().signal,
  });
  t.equal(kept, undefined);
});

void t.test('write() never overwrites the playhead of a successor', async (t) => {
  const { bus } = await HostedRoom.open(t);
  const { signal } = new AbortController();
  const under = (epoch: number) => ({ ...noDuty, current: { lease: 'audio:demo', epoch } });
  const old = await Checkpoint.open({ room: 'demo', bus, duty: under(1), log, signal });
  old.write(playheadOf({ resumeSeq: 2 }));
  await old.written();
  const successor = await Checkpoint.open({ room: 'demo', bus, duty: under(2), log, signal });
  t.match(successor.kept, { epoch: 1, playhead: { resumeSeq: 2 } });
  successor.write(playheadOf({ resumeSeq: 3 }));
  await successor.written();
  // It has not heard of it.
  old.write(playheadOf({ resumeSeq: 9 }));
  await old.written();
  await successor.refresh(10_000);
  t.match(successor.kept, { epoch: 2, playhead: { resumeSeq: 3 } });
  // What somebody else has put there, without an epoch, is replaced.
  await (await bus.bucket('playhead')).put('demo', encode('playhead', playheadOf({ resumeSeq: 4 })));
  successor.write(playheadOf({ resumeSeq: 5 }));
  await successor.written();
  await successor.refresh(10_000);
  t.match(successor.kept, { epoch: 2, playhead: { resumeSeq: 5 } });
});
