import { z } from 'zod';

const recording = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe(
      'Keep what arrives in each room as it came, in recordings/<room>/: names and words of viewers are in it',
    ),
  maxMb: z
    .int()
    .min(4)
    .max(100_000)
    .default(512)
    .describe('Most disk per room; beyond it the oldest files are taken away'),
  keepDays: z.int().min(1).max(365).default(7).describe('Older files are taken away'),
});

/** What holds for every room that is read, whatever its platform. A room that exceeds a limit waits; no other feels it. */
export const ingestSchema = z.strictObject({
  maxRooms: z
    .int()
    .min(1)
    .max(200)
    .default(200)
    .describe('Most rooms, those that were started by command included'),
  maxFramesPerSecond: z
    .int()
    .min(10)
    .max(100_000)
    .default(2_000)
    .describe('Most frames that are taken from one room in a second; more of them wait where they are'),
  journalMb: z
    .int()
    .min(1)
    .max(10_000)
    .default(64)
    .describe('Disk for the events of one room while the bus is away; when it is full, unpaid ones are shed'),
  coalesceAbove: z
    .int()
    .min(1)
    .max(10_000)
    .default(32)
    .describe(
      'Of likes, and of enters, so many of a room wait for the bus one by one; what comes beyond is merged',
    ),
  recording: recording.prefault({}),
});

export type IngestConfig = z.infer<typeof ingestSchema>;
export type RecordingConfig = IngestConfig['recording'];
