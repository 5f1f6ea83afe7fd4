import { z } from 'zod';
import { address, socket, web } from '../config-fields.ts';
import { credentialFields } from './credentials.ts';

export const bilibiliSchema = z.strictObject({
  type: z.literal('bilibili'),
  roomId: z
    .string()
    .regex(/^[1-9]\d{0,19}$/, { error: 'must be the number in the address of the room, in quotes' })
    .describe('The number in the address of the room; the short one will do'),
  liveUrl: address(web)
    .default('https://api.live.bilibili.com')
    .describe('Origin of what tells about rooms and message servers'),
  apiUrl: address(web)
    .default('https://api.bilibili.com')
    .describe('Origin of what tells the device cookie (buvid3) and the keys that requests are signed with'),
  messageUrls: z
    .array(address(socket))
    .default([])
    .describe('Origins of message servers (wss://HOST), tried in turn; empty: those that the platform names'),
  ...credentialFields,
  cookie: z
    .string()
    .default('')
    .describe('Cookie header of a logged-in account (SESSDATA); guests see masked names after some minutes'),
  userAgent: z
    .string()
    .min(1)
    .default(
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    )
    .describe('Sent with every request'),
});

export type BilibiliSource = z.infer<typeof bilibiliSchema>;
