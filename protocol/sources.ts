import { z } from 'zod';
import { douyinSchema } from './sources/douyin.ts';
import { recordingSchema } from './sources/recording.ts';

/**
 * Where a room's events may come from. A platform more is a schema in `sources/`, a source in `workers/ingest/sources/`, and a line in
 * the list of each; nothing else knows one platform from another.
 */
export const sourceSchema = z
  .discriminatedUnion('type', [douyinSchema, recordingSchema])
  .describe('Where the events come from');

export type SourceConfig = z.infer<typeof sourceSchema>;
export type SourceType = SourceConfig['type'];
