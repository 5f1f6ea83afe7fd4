import { z } from 'zod';
import { address, socket } from '../config-fields.ts';

export const obaSchema = z.strictObject({
  type: z.literal('oba'),
  url: address(socket)
    .default('ws://127.0.0.1:12354')
    .describe('The WebSocket service of oba-live-tool, to be turned on in its comment listener'),
});

export type ObaSource = z.infer<typeof obaSchema>;
