import { z } from 'zod';
import { address, ms, socket } from '../config-fields.ts';

export const barrageGrabSchema = z.strictObject({
  type: z.literal('barrage-grab'),
  url: address(socket)
    .default('ws://127.0.0.1:8888')
    .describe('Where DouyinBarrageGrab listens, on this machine or another'),
  roomId: z
    .string()
    .regex(/^[\w.-]{0,64}$/, { error: 'must be the RoomId or WebRoomId of a room' })
    .default('')
    .describe(
      'RoomId or WebRoomId of the room, when several are captured; empty: everything is of this room',
    ),
  pulseMs: ms(100, 3_600_000, 60_000, 'Without a viewer count for so long the capture counts as lost'),
});

export type BarrageGrabSource = z.infer<typeof barrageGrabSchema>;
