import { join } from 'node:path';
import { runChild } from '../child.ts';
import { Checkpoint } from './checkpoint.ts';
import { RoomFillers } from './fillers/room-fillers.ts';
import { Follower } from './follower.ts';
import { Accompaniment } from './mix/accompaniment.ts';
import { OutputChain } from './output-chain.ts';
import { streamPlace } from './outputs/stream/address.ts';
import { PositionFile, readPositions } from './position.ts';
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
    device: audio.device,
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
  await using fillers = new RoomFillers({ room, child });
  await using accompaniment = new Accompaniment({
    audio,
    file: join(home, 'run', `${room}.music`),
    notice: child.notice.bind(child),
    log,
    counters,
  });
  follower.onPlayhead = (playhead) => {
    outputs.follow(playhead.output);
    fillers.hear(playhead);
  };
  await child.initialised();
  if (child.draining.aborted) return;

  const kept = await follower.latest();
  const noted = readPositions(positionFile);
  const resume = toResume(kept, noted, Date.now());
  const controls = toControls(kept);
  await using positions = new PositionFile(positionFile, log, noted);
  outputs.start();
  fillers.start(kept?.playhead, noted);
  accompaniment.start();
  const sound = new RoomSound({
    room,
    audio,
    child,
    resume,
    controls,
    checkpoint,
    positions,
    outputs,
    fillers,
    accompaniment,
  });
  await sound.run(follower);
});
