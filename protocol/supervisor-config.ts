import { z } from 'zod';
import { ms } from './config-fields.ts';

interface ServiceDefaults {
  spares: number;
  max?: number;
  maxAgeHours?: number;
}

const service = ({ spares, max = 1, maxAgeHours = 24 }: ServiceDefaults) =>
  z
    .strictObject({
      spares: z
        .int()
        .min(0)
        .max(4)
        .default(spares)
        .describe('Further processes that are warm and take over at once'),
      min: z.int().min(1).max(16).default(1).describe('Processes that work at the same time, at least'),
      max: z.int().min(1).max(16).default(max).describe('… and at most, when much is waiting'),
      softMb: z
        .int()
        .min(0)
        .max(65_536)
        .default(0)
        .describe('Resident memory at which it is replaced in order; 0: 80 % of its limit'),
      limitMb: z
        .int()
        .min(0)
        .max(65_536)
        .default(0)
        .describe('Resident memory at which it is ended and replaced; 0: supervisor.limitMb'),
      maxAgeHours: z
        .number()
        .min(0)
        .max(8_760)
        .default(maxAgeHours)
        .describe('Replaced in order after about so long; 0: never'),
    })
    .refine(({ min, max: most }) => min <= most, { error: 'min must not exceed max' });

/** One process plays a room: only tts works in several at once, and ingest and reply, where each has some of the rooms. */
const single = (role: string, defaults: ServiceDefaults) =>
  service(defaults)
    .refine(({ max }) => max === 1, { error: `"${role}" works in one process; max must be 1` })
    .prefault({});

const services = z
  .strictObject({
    ingest: service({ spares: 1 }).prefault({}),
    reply: service({ spares: 1, max: 2 }).prefault({}),
    tts: service({ spares: 1, max: 2 }).prefault({}),
    audio: single('audio', { spares: 1 }),
    sim: single('sim', { spares: 0, maxAgeHours: 0 }),
  })
  .prefault({})
  .describe('By role');

export const supervisorSchema = z.strictObject({
  heartbeatMs: ms(50, 10_000, 500, 'How often a child reports; a spare half as often'),
  heartbeatDeadlineMs: ms(500, 120_000, 2_500, 'Silent for so long: ended and replaced'),
  readyTimeoutMs: ms(500, 300_000, 15_000, 'Time for each phase of a start'),
  stopTimeoutMs: ms(500, 300_000, 15_000, 'Time for everything to stop in order'),
  sampleMs: ms(100, 60_000, 1_000, 'How often CPU and memory are read'),
  limitMb: z
    .int()
    .min(64)
    .max(65_536)
    .default(1_024)
    .describe('Resident memory at which a child is ended and replaced, unless its role has its own limit'),
  services,
});
