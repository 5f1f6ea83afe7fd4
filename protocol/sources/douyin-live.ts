import { z } from 'zod';
import { address, socket } from '../config-fields.ts';

export const douyinLiveSchema = z.strictObject({
  type: z.literal('douyin-live'),
  url: address(socket).default('ws://127.0.0.1:1088').describe('Where douyinLive (Go) listens'),
  liveId: z.string().min(1).max(64).describe('The number in the address of the room page'),
});

export type DouyinLiveSource = z.infer<typeof douyinLiveSchema>;
