import type { ChildState } from '../../../protocol/ipc.ts';
import { delay } from '../../../workers/delay.ts';
import type { Bus } from '../../../workers/bus.ts';
import { openOperatorBus } from '../../operator.ts';
import type { Figure } from '../report.ts';
import { Chatter } from './chatter.ts';
import { Listener } from './listener.ts';
import { quantileFigures } from './quantiles.ts';
import { SpeechWatch } from './speech-watch.ts';
import type { Cut } from './sound-figures.ts';
import { soundFigures } from './sound-figures.ts';
import type { Stage } from './stage.ts';
import { isOfService, untilCovered, untilWhole, wallNow } from './stage.ts';
import { killChild, untilTakenOver } from './take-over.ts';

const rounds = { quick: 3, full: 30 };
const soundRounds = 12;
/** After the last spare has come to stand by: starts take a core, and would slow down what is measured. */
const restMs = 400;
const patienceMs = 15_000;
/** A message in flight is taken over in a moment, or there was none. */
const takenMs = 1_500;
/** In which the voice takes a sentence that was given to it, and is still far from having spoken it. */
const takingMs = 10;
/** What has to be heard of a sentence on both sides of a kill. */
const around = { heardMs: 700, leftMs: 1_600 };
/** A kill happens somewhere between two playheads. */
const phaseMs = 120;

/** Everything measured while workers were killed in turn. Milliseconds. */
interface Seen {
  noticed: number[];
  working: number[];
  taken: Record<'ingest' | 'reply' | 'tts', number[]>;
  idle: number;
  sound: Cut[];
}

/** What becomes of the sound, and of what is in flight, when workers are killed one after the other in a busy show. */
export async function measureKills(stage: Stage): Promise<Figure[]> {
  const { show, signal, isQuick, room } = stage;
  await untilWhole(stage);
  const { state } = show;
  if (!state) throw new Error('The show has no state');
  const seen: Seen = {
    noticed: [],
    working: [],
    taken: { ingest: [], reply: [], tts: [] },
    idle: 0,
    sound: [],
  };
  {
    await using bus = await openOperatorBus(show.home, state, signal);
    await using listener = new Listener(bus, room);
    await using speech = new SpeechWatch(bus, room);
    const count = isQuick ? rounds.quick : rounds.full;
    for (let round = 0; round < count; round++) {
      if (round < soundRounds) await killAudio(stage, listener, round, seen);
      await using _chatter = new Chatter(stage);
      for (const role of ['ingest', 'reply', 'tts'] as const)
        await killWorker(stage, { bus, speech }, role, seen);
      if ((round + 1) % 5 === 0 || isQuick) stage.say(`killed everybody ${round + 1} times of ${count}`);
    }
  }
  await untilWhole(stage);
  const takeover = { p50: 25, p99: 100 };
  if (seen.idle > 0) stage.note(`${seen.idle} kills found nothing in flight, and are left out`);
  return [
    ...soundFigures(stage, seen.sound, {
      what: 'kill -9 of audio while it speaks',
      goals: { gapMs: 250, repeatedMs: 200 },
    }),
    ...(['reply', 'tts'] as const).flatMap((role) =>
      quantileFigures(
        `kill -9 of ${role} → its message in flight on the spare`,
        'ms',
        seen.taken[role],
        takeover,
      ),
    ),
    ...quantileFigures(
      'kill -9 of ingest → first event of the spare on the bus',
      'ms',
      seen.taken.ingest,
      takeover,
    ),
    ...quantileFigures('exit noticed after', 'ms', seen.noticed, {}),
    ...quantileFigures('kill -9 → spare works', 'ms', seen.working, {}),
  ];
}

async function killAudio(stage: Stage, listener: Listener, round: number, seen: Seen): Promise<void> {
  const { signal } = stage;
  await untilWhole(stage);
  const victim = await untilCovered(stage, 'audio');
  await delay(restMs, signal);
  const hearing = await listener.during(around, signal);
  signal.throwIfAborted();
  await delay((round * 37) % phaseMs, signal);
  const at = killChild(stage, victim);
  if (hearing) seen.sound.push({ at, hearing });
  await noteTakeover(stage, victim, at, seen);
}

async function killWorker(
  stage: Stage,
  { bus, speech }: { bus: Bus; speech: SpeechWatch },
  role: 'ingest' | 'reply' | 'tts',
  seen: Seen,
): Promise<void> {
  const { signal, log, room } = stage;
  await untilWhole(stage);
  const victim = await untilCovered(stage, role);
  await delay(restMs, signal);
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal, AbortSignal.timeout(patienceMs)]);
  if (role === 'tts') {
    await Promise.race([speech.next(), delay(patienceMs, until)]);
    await delay(takingMs, until);
  }
  const first = role === 'ingest' ? firstEvent(bus, room, victim.epoch, until) : undefined;
  // The subscription is with the server before the kill.
  await bus.connection.flush();
  const at = killChild(stage, victim);
  try {
    await noteTakeover(stage, victim, at, seen);
    if (first) {
      const came = await first;
      if (came !== undefined) seen.taken.ingest.push(came - at);
      else if (!signal.aborted) stage.unhealed(`no event came after ingest was killed`);
      return;
    }
    const taken = await log.first(
      at,
      ({ msg, child }) => msg === 'messages of a dead child taken over' && isOfService(child, victim),
      { withinMs: takenMs, signal },
    );
    if (taken) seen.taken[role].push(taken.at - at);
    else seen.idle += 1;
  } finally {
    over.abort();
    await first;
  }
}

async function noteTakeover(stage: Stage, victim: ChildState, at: number, seen: Seen): Promise<void> {
  const { noticedMs, worksMs } = await untilTakenOver(stage, victim, at);
  if (noticedMs !== undefined) seen.noticed.push(noticedMs);
  if (worksMs !== undefined) seen.working.push(worksMs);
}

/** When the first event of a later holder of the duty came; undefined when none did. */
async function firstEvent(
  bus: Bus,
  room: string,
  epoch: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  for await (const { message } of bus.listen(`live.${room}.event.>`, signal))
    if (message.origin.epoch > epoch) return wallNow();
  return undefined;
}
