import { z } from 'zod';
import { address, ms, socket, web } from '../config-fields.ts';
import { credentialFields } from './credentials.ts';

const signer = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({
      type: z.literal('command'),
      command: z.array(z.string().min(1)).min(1).describe('Program and arguments; no shell'),
      timeoutMs: ms(50, 60_000, 3_000, 'Deadline of one call'),
    }),
    z.strictObject({
      type: z.literal('url'),
      url: address(web).describe('Called by POST with the same JSON'),
      timeoutMs: ms(50, 60_000, 3_000, 'Deadline of one call'),
    }),
  ])
  .default({ type: 'none' })
  .describe('Signs the push address: gets JSON on stdin, or as body, and answers the signature');

export const douyinSchema = z.strictObject({
  type: z.literal('douyin'),
  webRid: z.string().min(1).max(64).describe('The number in the address of the room page; it stays the same'),
  pageUrl: address(web).default('https://live.douyin.com').describe('Origin of the room pages'),
  pushUrls: z
    .array(address(socket))
    .min(1)
    .default([
      'wss://webcast100-ws-web-lf.douyin.com',
      'wss://webcast100-ws-web-lq.douyin.com',
      'wss://webcast100-ws-web-hl.douyin.com',
    ])
    .describe('Origins of the push servers, tried in turn'),
  ...credentialFields,
  userAgent: z
    .string()
    .min(1)
    .default(
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    )
    .describe('Sent to the page and to the push server; both must agree'),
  signer,
});

export type DouyinSource = z.infer<typeof douyinSchema>;
export type SignerConfig = DouyinSource['signer'];
