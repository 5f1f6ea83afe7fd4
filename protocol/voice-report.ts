import { join } from 'node:path';
import { z } from 'zod';

const count = z.number().nonnegative();
const counts = z.record(z.string(), count);
const latency = z.object({ p50Ms: count, p95Ms: count });

/** What one endpoint of a voice did since the worker began; `rejects` by reason of the quality gate, `faults` by code. */
export const endpointReportSchema = z.object({
  engine: z.string(),
  endpoint: z.string(),
  /** `cold`: not warmed up yet. `renewing`: it is being restarted. The rest are states of its breaker. */
  state: z.enum(['cold', 'renewing', 'closed', 'open', 'probing']),
  inFlight: count,
  queued: count,
  requests: count,
  successes: count,
  rejects: counts,
  rejected: count,
  faults: counts,
  failed: count,
  /** Asked because another was quiet; and stopped because another was faster. */
  hedges: count,
  lost: count,
  probes: count,
  restarts: count,
  requestsSinceRestart: count,
  /** Of the latest requests, in milliseconds. */
  firstByte: latency,
  total: latency,
  /** Time to make a sound, as a part of its length. */
  realTimeFactor: count,
});

/** Figures of the worker that speaks, for people and for the console. */
export const voiceReportSchema = z.object({
  /** When it was written, in milliseconds since 1970; it is written anew when something has changed. */
  at: count,
  child: z.string(),
  pid: count,
  /** Renditions of another voice that were taken, as nothing else could be had. */
  earlier: count,
  cache: z.object({
    memoryHits: count,
    diskHits: count,
    misses: count,
    /** Waited for what another had asked for. */
    joined: count,
    variants: count,
    memoryBytes: count,
    diskBytes: count,
    damaged: count,
    diskErrors: count,
  }),
  endpoints: z.array(endpointReportSchema),
});

export type EndpointReport = z.infer<typeof endpointReportSchema>;
export type VoiceReport = z.infer<typeof voiceReportSchema>;

/** Where the worker that speaks writes it. */
export const voiceReportFile = (home: string): string => join(home, 'run', 'voices-status.json');
