import type { Bus } from '../../../workers/bus.ts';
import { delay } from '../../../workers/delay.ts';
import { longestSilence } from '../../chaos/longest-silence.ts';
import { recordedSound } from '../../chaos/recorded-sound.ts';
import { openOperatorBus } from '../../operator.ts';
import type { Figure } from '../report.ts';
import type { Stage } from '../supervisor/stage.ts';
import { untilWhole, wallNow } from '../supervisor/stage.ts';
import { Drought } from './drought.ts';
import type { Fate } from './waiting-utterances.ts';
import { mayStillWait, readWaiting, wasHeard } from './waiting-utterances.ts';

const roles = ['reply', 'tts', 'ingest'] as const;
const silenceMs = 3_000;
/** Something of several sentences comes by then. */
const beginMs = 15_000;
/** Whoever was stopped again and again is started with pauses between. */
const healMs = 120_000;
const endMs = 90_000;
const lookEveryMs = 1_000;
/** Until what was heard last is in the file. */
const writtenMs = 1_000;

/** What is heard while nothing comes from anybody who makes what is said, and what becomes of what waited. */
export async function measureDry(stage: Stage): Promise<Figure[]> {
  const { show, room, signal, dryMs, say, unhealed, broke } = stage;
  await untilWhole(stage);
  const { state } = show;
  if (!state) throw new Error('The show has no state');
  await using bus = await openOperatorBus(show.home, state, signal);
  await untilLongUtterance(bus, room, signal);
  const at = wallNow();
  let stopped: number;
  stage.harmed('reply, tts and ingest');
  {
    using drought = new Drought(show, [...roles]);
    say(`reply, tts and ingest stand still for ${dryMs / 1_000} s`);
    await delay(dryMs, signal);
    stopped = drought.count;
  }
  const endedAt = wallNow();
  signal.throwIfAborted();
  const isWell = () => roles.every((role) => isServiceWell(stage, role));
  if (!(await show.until(isWell, { withinMs: healMs, signal })))
    unhealed(`not everybody works ${healMs / 1_000} s after reply, tts and ingest stood still`);
  signal.throwIfAborted();
  const healedMs = wallNow() - endedAt;
  say(`everybody works again; waiting for the end of what had been begun`);
  const begun = await untilEnded(stage, bus, at);
  const waiting = begun.filter(mayStillWait);
  if (waiting.length > 0)
    stage.note(
      `goes on when there is nothing to answer: ${waiting.map(({ text }) => `"${text}"`).join(', ')}`,
    );
  const fates = begun.filter((fate) => !mayStillWait(fate));
  const open = fates.filter(({ end }) => !end);
  if (open.length > 0)
    broke(
      `began before everybody stood still and never ended: ${open.map(({ text }) => `"${text}"`).join(', ')}`,
    );
  const unheard = fates.filter((fate) => fate.end && !wasHeard(fate));
  if (unheard.length > 0)
    stage.note(
      `had waited and was not heard to its end: ${unheard.map(({ text, end }) => `"${text}" (${end?.what} ${end?.reason})`).join(', ')}`,
    );
  await delay(writtenMs, signal);
  const during = { fromMs: at, toMs: endedAt };
  const healing = { fromMs: endedAt, toMs: endedAt + healedMs };
  const sound = [...recordedSound(show.home, room)];
  const heardMs = sound
    .filter(({ fromMs }) => fromMs >= at && fromMs < endedAt)
    .reduce((sum, span) => sum + span.toMs - span.fromMs, 0);
  const over = `reply, tts and ingest stand still for ${dryMs / 1_000} s`;
  return [
    {
      what: `${over} → longest silence`,
      value: longestSilence(sound, during).longestMs,
      unit: 'ms',
      goal: silenceMs,
    },
    { what: `${over} → there was sound`, value: (100 * heardMs) / (endedAt - at), unit: '% of the time' },
    { what: `${over} → processes that were stopped`, value: stopped, unit: '' },
    { what: `after it → everybody works`, value: healedMs / 1_000, unit: 's' },
    {
      what: `after it → longest silence until then`,
      value: longestSilence(sound, healing).longestMs,
      unit: 'ms',
      goal: silenceMs,
    },
    {
      what: `after it → had waited and was not heard to its end, of ${fates.length}`,
      value: fates.length - fates.filter(wasHeard).length,
      unit: '',
      goal: 0,
    },
  ];
}

function isServiceWell({ show }: Stage, role: string): boolean {
  const service = show.state?.services.find((each) => each.role === role);
  return service !== undefined && service.working >= service.wanted;
}

/** So that it is interrupted between two of its sentences, if anything is. */
async function untilLongUtterance(bus: Bus, room: string, stop: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(beginMs)]);
  for await (const { message } of bus.listen(`live.${room}.speech.>`, signal))
    if (message.type === 'segment' && message.body.index === 0 && message.body.script.length > 1) return;
  stop.throwIfAborted();
}

async function untilEnded({ room, signal }: Stage, bus: Bus, at: number): Promise<Fate[]> {
  const deadline = performance.now() + endMs;
  for (;;) {
    const fates = await readWaiting(bus, room, at, AbortSignal.any([signal, AbortSignal.timeout(endMs)]));
    signal.throwIfAborted();
    if (fates.every((fate) => fate.end || mayStillWait(fate)) || performance.now() > deadline) return fates;
    await delay(lookEveryMs, signal);
  }
}
