import { join } from 'node:path';
import { ConfigurationError } from '../../protocol/configuration-error.ts';
import { runChild } from '../child.ts';
import { Checkpoint } from './checkpoint.ts';
import { RoomFillers } from './fillers/room-fillers.ts';
import { Follower } from './follower.ts';
import { Accompaniment } from './mix/accompaniment.ts';
import { OutputChain, noOutput } from './output-chain.ts';
import { streamPlace } from './outputs/stream/address.ts';
import { PositionFile, readPositions } from './position.ts';
import { toControls, toResume } from './resume.ts';
import { RoomSound } from './room-sound.ts';
import { isUnheard, watchOutput } from './watch-output.ts';

/** What was played on so short a time ago still works, or ends at once. */
const lastHeardMs = 15_000;
/** Who plays says so every 160 ms; on a busy machine later. */
const trialListenMs = 2_000;

await runChild('audio', async (child) => {
  const { bus, log, signal, counters, duty } = child;
  const { subject: room, home, runId, config, hurry, afterDeath, isTrial } = child.options;
  const { audio } = config;
  const place = {
    file: join(home, 'audio', `${room}.wav`),
    runId,
    recordMaxMinutes: audio.recordMaxMinutes,
    device: audio.device,
    stream: streamPlace(room, config, home),
  };
  const positionFile = join(home, 'run', `${room}.position`);

  const choice = { room, audio, place, log, counters, notice: child.notice.bind(child) };
  // Nobody plays, nor was cut short: nothing of what the bus knows is needed to find an output.
  const choosing = hurry && afterDeath === '' ? OutputChain.choose(choice, signal) : undefined;
  choosing?.catch(() => undefined);
  const checkpoint = await Checkpoint.open({ room, bus, duty, log, signal });
  await using follower = new Follower({ room, bus, checkpoint, log, counters, signal });
  await using outputs = await (choosing ?? inherit(hurry ? 'played' : 'playing'));
  if (isTrial && outputs.broken) await refuseIfHeard(outputs);
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
  using _watch = watchOutput({
    room,
    outputs: {
      get broken() {
        return isUnheard(outputs, audio.also);
      },
    },
    counters,
    report: (trouble) => child.trouble(trouble),
    // Who was ended by somebody else has a successor too.
    isHandedOver: () => child.handOver || child.drainUntil === 0,
  });
  await sound.run(follower);

  /** The output on which somebody played a moment ago. */
  function lastOutput(): string | undefined {
    const { at = 0, output = noOutput } = checkpoint.kept?.playhead ?? {};
    // Also when the clock was set back meanwhile.
    const isRecent = Math.abs(Date.now() - at) < lastHeardMs && output !== noOutput;
    return isRecent ? output : undefined;
  }

  /** Throws when a room that is heard would fall silent. The output that is in use may have looked busy to who tried it. */
  async function refuseIfHeard(chain: OutputChain): Promise<void> {
    const output = (await follower.heardOutput(trialListenMs)) ?? lastOutput() ?? noOutput;
    chain.follow(output);
    if (!chain.broken || output === noOutput) return;
    const message = `none of these works here, and the room is heard on ${output}: ${audio.outputs.join(', ')}`;
    throw new ConfigurationError([{ path: 'audio.outputs', message }]);
  }

  /** Goes on with the output that somebody plays on, or died on a moment ago. */
  async function inherit(from: 'playing' | 'played'): Promise<OutputChain> {
    const last = from === 'played' ? lastOutput() : await follower.outputInUse(audio.outputs);
    return await OutputChain.choose(choice, signal, last);
  }
});
