import { join } from 'node:path';
import { runChild } from '../child.ts';
import { Checkpoint } from './checkpoint.ts';
import { Follower } from './follower.ts';
import { OutputChain } from './output-chain.ts';
import { streamPlace } from './outputs/stream/address.ts';
import { PositionFile, readPosition } from './position.ts';
import { toControls, toResume } from './resume.ts';
import { RoomSound } from './room-sound.ts';

await runChild('audio', async (child) => {
  const { bus, log, signal, counters, duty } = child;
  const { subject: room, home, runId, config, hurry } = child.options;
  const { audio } = config;
  const place = {
    file: join(home, 'audio', `${room}.wav`),
    runId,
    recordMaxMinutes: audio.recordMaxMinutes,
    stream: streamPlace(room, config, home),
  };
  const positionFile = join(home, 'run', `${room}.position`);

  const checkpoint = await Checkpoint.open({ room, bus, duty, log, signal });
  await using follower = new Follower({ room, bus, checkpoint, log, counters, signal });
  const inherited = hurry ? undefined : await follower.outputInUse(audio.outputs);
  await using outputs = await OutputChain.choose(
    { room, audio, place, log, counters, notice: child.notice.bind(child) },
    signal,
    inherited,
  );
  follower.onPlayhead = ({ output }) => outputs.follow(output);
  await child.initialised();
  if (child.draining.aborted) return;

  const kept = await follower.latest();
  const resume = toResume(kept, readPosition(positionFile), Date.now());
  const controls = toControls(kept);
  await using positions = new PositionFile(positionFile, log);
  outputs.start();
  const sound = new RoomSound({ room, audio, child, resume, controls, checkpoint, positions, outputs });
  await sound.run(follower);
});
