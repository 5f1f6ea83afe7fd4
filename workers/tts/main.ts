import { runChild } from '../child.ts';
import { openCounters } from './counters.ts';
import { openEspeak } from './engines/espeak.ts';
import { SegmentTreatment } from './segment-treatment.ts';
import { SoundCache } from './sound-cache.ts';
import { SpeechDesk } from './speech-desk.ts';
import { Synthesiser } from './synthesiser.ts';

/** Turns segments of SPEECH into sound in AUDIO. */
await runChild('tts', async (child) => {
  const { bus, log, signal, draining } = child;
  const config = child.options.config.tts;
  const counters = openCounters(child.counters);
  await using engine = openEspeak({ config, log });
  await engine.warmUp(signal);
  await child.initialised();
  // A spare that was never needed: what waits on the bus is for others.
  if (draining.aborted) return;

  const cache = new SoundCache({ maxBytes: config.cache.maxMb * 1_000_000, ttlMs: config.cache.ttlMs });
  const { attempts, segmentTimeoutMs: timeoutMs, voice, speed } = config;
  const synthesiser = new Synthesiser({ engine, cache, attempts, timeoutMs, counters, log });
  const treatment = new SegmentTreatment({
    bus,
    synthesiser,
    voice,
    speed,
    counters,
    draining,
    signal,
    log,
    childId: child.options.id,
  });
  const desk = new SpeechDesk({
    source: bus,
    slots: engine.slots,
    draining,
    signal,
    log,
    async treat(delivery) {
      await treatment.treat(delivery);
      child.progress();
    },
    acknowledge: async (delivery) => await treatment.acknowledge(delivery),
    onChange({ held, queued }) {
      child.inFlight = held;
      counters.queue = queued;
      counters.refused = bus.refused;
    },
  });
  child.started();
  await desk.run();
});
