import t from 'tap';
import type { Playhead } from '../../../protocol/speech.ts';
import { Checkpoint } from '../../../workers/audio/checkpoint.ts';
import { noDuty } from '../../../workers/duty.ts';
import { openLogger } from '../../../workers/logger.ts';
import { HostedRoom } from './hosted-room.ts';

const playhead = (given: Partial<Playhead>): Playhead => ({
  room: 'demo',
  at: Date.now(),
  state: 'idle',
  queuedMs: 0,
  utteranceId: '',
  segmentIndex: 0,
  offsetMs: 0,
  resumeSeq: 1,
  ended: [],
  partial: [],
  queued: [],
  output: 'file',
  ...given,
});

const log = openLogger({});
log.level = 'silent';

void t.test('Checkpoint gives a successor the latest that was written', async (t) => {
  const { bus } = await HostedRoom.open(t);
  const stop = new AbortController();
  const options = { room: 'demo', bus, duty: noDuty, log, signal: stop.signal };
  const first = await Checkpoint.open(options);
  t.equal(first.kept, undefined);
  for (let seq = 2; seq <= 50; seq++) first.write(playhead({ resumeSeq: seq }));
  await first.written();
  first.write(
    playhead({ resumeSeq: 51, ended: ['a'], partial: [{ utteranceId: 'b', nextIndex: 2, offsetMs: 100 }] }),
  );
  await first.written();
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
