import { setImmediate as turn } from 'node:timers/promises';
import { embeddedVoice, priorities } from '../../protocol/speech.ts';
import { voiceReportFile } from '../../protocol/voice-report.ts';
import { runChild } from '../child.ts';
import { delay } from '../delay.ts';
import { openCounters } from './counters.ts';
import { ReportFile } from './report-file.ts';
import { rehearse } from './rehearse.ts';
import { SegmentTreatment } from './segment-treatment.ts';
import { SpeechDesk } from './speech-desk.ts';
import { Studio } from './studio.ts';

/** Handing over, a sentence that takes longer is spoken by the successor. */
const finishMs = 3_000;
const figuresEveryMs = 1_000;
/** Others are still starting. */
const loadAfterMs = 500;

/** Turns segments of SPEECH into sound in AUDIO. */
await runChild('tts', async (child) => {
  const { bus, log, signal, draining } = child;
  const { config, home, id, hurry, afterDeath } = child.options;
  const { voice, speed } = config.tts;
  const counters = openCounters(child.counters);
  const notice = (level: 'info' | 'warn', text: string) => child.notice(level, text);
  await using studio = new Studio({ config, home, counters, notice, log });
  // Also while nobody speaks: an engine may come or go.
  const telling = setInterval(() => Object.assign(child.counters, studio.figures()), figuresEveryMs).unref();
  using _telling = { [Symbol.dispose]: () => clearInterval(telling) };
  const treatment = new SegmentTreatment({
    bus,
    speaker: studio,
    voice,
    speed,
    loudness: config.audio.loudness,
    counters,
    isPoison: (message) => child.poison.has(message),
    holdTreated: (message) => child.treated.hold(message),
    isStopping: () => draining.aborted && !child.handOver,
    signal,
    log,
    childId: id,
  });
  const desk = new SpeechDesk({
    source: bus,
    slots: studio.slots,
    draining,
    handOver: () => child.handOver,
    finishMs,
    signal,
    log,
    async treat(delivery, giveUp) {
      await treatment.treat(delivery, giveUp);
      child.progress();
    },
    acknowledge: async (delivery) => await treatment.acknowledge(delivery),
    onChange({ queued, busy }) {
      child.inFlight = busy;
      counters.queue = queued;
      counters.refused = bus.refused;
    },
  });
  if (!hurry) rehearse();
  const how = hurry ? 'hurry' : 'take';
  const prepared = priorities.map(async (priority) => await bus.prepare('SPEECH', `tts-${priority}`, how));
  // The first of all starts with no time to lose, and its voice is loaded after the others. Whether another voice exists has to be known before,
  // and whether one can be loaded at all, after a death that may have come of just that.
  const loadsLate = hurry && afterDeath !== 'child' && voice === embeddedVoice;
  await Promise.all([loadsLate ? undefined : studio.warmUp(signal), ...prepared]);

  await child.initialised();
  // A spare that was never needed: what waits on the bus is for others.
  if (draining.aborted) return;
  // Asks first: what is there is on its way while the rest begins.
  const working = desk.run();
  working.catch(() => undefined);
  await turn();
  child.started();
  const loading = loadsLate ? loadInTime() : undefined;
  studio.startEngines({ isSuccessor: child.duty.current.epoch > 1 });
  studio.makeAhead();
  await using _report = new ReportFile({
    file: voiceReportFile(home),
    read: () => ({ child: id, pid: process.pid, ...studio.report() }),
    ended: draining,
    log,
  });
  await Promise.all([working, loading]);
  if (child.handOver) child.yielded();

  /** The first segment loads it, too. */
  async function loadInTime(): Promise<void> {
    const isNeeded = await delay(loadAfterMs, AbortSignal.any([signal, draining]));
    if (isNeeded) await studio.load(signal);
  }
});
