import { z } from 'zod';
import { address, port, socket } from '../config-fields.ts';

export const dycastSchema = z.strictObject({
  type: z.literal('dycast'),
  url: address(socket)
    .or(z.literal(''))
    .default('')
    .describe(
      'A hub that passes on what dycast relays to it; empty: dycast relays to us, at listenHost and listenPort',
    ),
  listenHost: z.string().min(1).default('127.0.0.1').describe('Where we wait for the page of dycast'),
  listenPort: port(0, 'The port to enter as relay address in dycast (ws://127.0.0.1:PORT); 0: any'),
});

export type DycastSource = z.infer<typeof dycastSchema>;
