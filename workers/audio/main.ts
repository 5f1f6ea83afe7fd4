import { join } from 'node:path';
import { audioSubject } from '../../protocol/subjects.ts';
import { runChild } from '../child.ts';
import { Checkpoint } from './checkpoint.ts';
import { OutputChain } from './output-chain.ts';
import { RoomSound } from './room-sound.ts';

await runChild('audio', async (child) => {
  const { bus, log, signal, counters } = child;
  const { subject: room, home, runId, config } = child.options;
  const { audio } = config;
  const checkpoint = await Checkpoint.open({ room, bus, log, signal });
  const place = { file: join(home, 'audio', `${room}.wav`), runId, recordMaxMinutes: audio.recordMaxMinutes };
  const notice = child.notice.bind(child);
  await using outputs = await OutputChain.choose({ room, audio, place, notice, counters }, signal);
  await child.initialised();

  outputs.start();
  const sound = new RoomSound({ room, audio, child, checkpoint, outputs });
  const from = { seq: checkpoint.resume.resumeSeq };
  const over = sound.run(
    bus.read('AUDIO', 'chunk', { filter: audioSubject(room), from, signal: sound.signal }),
  );
  child.started();
  await over;
});
