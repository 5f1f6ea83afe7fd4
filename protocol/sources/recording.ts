import { z } from 'zod';

/** A room that plays again what was recorded. */
export const recordingSchema = z.strictObject({
  type: z.literal('recording'),
  file: z.string().min(1).describe('A recording, or a folder of them; see docs/recordings.md for the forms'),
  of: z
    .string()
    .default('douyin')
    .describe('Type of the source that was recorded, for files that do not say it themselves'),
  speed: z.number().min(0.01).max(1_000).default(1).describe('How much faster than it was recorded'),
  loop: z.boolean().default(false).describe('Begin again at the end, with events that count as new'),
  take: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .default(0)
    .describe('Another number plays it again where it has been played, with events that count as new'),
  skipSilenceMs: z
    .int()
    .min(0)
    .max(86_400_000)
    .default(0)
    .describe('Shorten pauses to so many milliseconds of the recording; 0: keep them'),
});

export type RecordingSource = z.infer<typeof recordingSchema>;
