import { priorities } from '../../protocol/speech.ts';
import { runChild } from '../child.ts';
import { openCounters } from './counters.ts';
import { openEspeak } from './engines/espeak.ts';
import { rehearse } from './rehearse.ts';
import { SegmentTreatment } from './segment-treatment.ts';
import { SoundCache } from './sound-cache.ts';
import { SpeechDesk } from './speech-desk.ts';
import { Synthesiser } from './synthesiser.ts';

/** Handing over, a sentence that takes longer is spoken by the successor. */
const finishMs = 3_000;

/** Turns segments of SPEECH into sound in AUDIO. */
await runChild('tts', async (child) => {
  const { bus, log, signal, draining } = child;
  const config = child.options.config.tts;
  const { loudness } = child.options.config.audio;
  const counters = openCounters(child.counters);
  await using engine = openEspeak({ config, loudness, log, counters, waiting: () => counters.queue });
  const cache = new SoundCache({ maxBytes: config.cache.maxMb * 1_000_000, ttlMs: config.cache.ttlMs });
  const { redraws, segmentTimeoutMs: timeoutMs, voice, speed } = config;
  const treatment = new SegmentTreatment({
    bus,
    synthesiser: new Synthesiser({ engine, cache, attempts: redraws + 1, timeoutMs, counters, log }),
    voice,
    speed,
    loudness,
    counters,
    isPoison: (message) => child.poison.has(message),
    holdTreated: (message) => child.treated.hold(message),
    isStopping: () => draining.aborted && !child.handOver,
    signal,
    log,
    childId: child.options.id,
  });
  const desk = new SpeechDesk({
    source: bus,
    slots: engine.slots,
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
  if (!child.options.hurry) rehearse();
  const prepared = priorities.map(async (priority) => await bus.prepare('SPEECH', `tts-${priority}`));
  await Promise.all([engine.warmUp(signal), ...prepared]);

  await child.initialised();
  // A spare that was never needed: what waits on the bus is for others.
  if (draining.aborted) return;
  child.started();
  await desk.run();
  if (child.handOver) child.yielded();
});
