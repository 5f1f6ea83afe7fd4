import { z } from 'zod';
import { barrageGrabSchema } from './sources/barrage-grab.ts';
import { bilibiliSchema } from './sources/bilibili.ts';
import { douyinSchema } from './sources/douyin.ts';
import { douyinLiveSchema } from './sources/douyin-live.ts';
import { dycastSchema } from './sources/dycast.ts';
import { genericSchema } from './sources/generic.ts';
import { obaSchema } from './sources/oba.ts';
import { recordingSchema } from './sources/recording.ts';

/**
 * Where a room's events may come from. A platform more is a schema in `sources/`, a source in `workers/ingest/sources/`, and a line in
 * the list of each; nothing else knows one platform from another.
 */
export const sourceSchema = z
  .discriminatedUnion('type', [
    douyinSchema,
    barrageGrabSchema,
    douyinLiveSchema,
    dycastSchema,
    obaSchema,
    genericSchema,
    bilibiliSchema,
    recordingSchema,
  ])
  .describe('Where the events come from');

export type SourceConfig = z.infer<typeof sourceSchema>;
export type SourceType = SourceConfig['type'];
