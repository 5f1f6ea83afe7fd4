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

export const ingestSchema = z.strictObject({ recording: recording.prefault({}) });

export type IngestConfig = z.infer<typeof ingestSchema>;
export type RecordingConfig = IngestConfig['recording'];
