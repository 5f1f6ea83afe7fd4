import { createHash, randomBytes } from 'node:crypto';
import { headers } from '@nats-io/transport-node';
import type { MsgHdrs } from '@nats-io/transport-node';
import type { Bodies, BodyName, Message } from '../protocol/codec.ts';

/** What a person with the NATS CLI wants to read without decoding. */
export function headersOf<Name extends BodyName>(type: Name, body: Bodies[Name]): MsgHdrs {
  const { room, text, cause } = preview({ type, body } as Message);
  const result = headers();
  result.set('Onair-Type', type);
  if (room) result.set('Onair-Room', room);
  if (text) result.set('Onair-Text', text.replaceAll(/[\r\n]+/g, ' ').slice(0, 60));
  if (cause) result.set('traceparent', traceparent(cause));
  return result;
}

function preview(message: Message): { room: string; text: string; cause: string } {
  switch (message.type) {
    case 'event': {
      const { body } = message;
      const text =
        body.kind === 'chat' ? body.text : body.kind === 'gift' ? `${body.name} ×${body.count}` : body.kind;
      return { room: body.room, text, cause: body.id };
    }
    case 'segment':
      return { room: message.body.room, text: message.body.text, cause: causeOf(message.body) };
    case 'chunk':
      return {
        room: message.body.segment.room,
        text: message.body.segment.text,
        cause: causeOf(message.body.segment),
      };
    case 'outcome':
      return { room: message.body.room, text: message.body.text, cause: message.body.eventId };
    case 'playhead':
      return { room: message.body.room, text: message.body.state, cause: '' };
    case 'promise':
      return { room: message.body.room, text: '', cause: message.body.utteranceId };
    case 'command':
    case 'helm':
    case 'answer':
    case 'health':
    case 'incident':
    case 'dead':
      return { room: '', text: '', cause: '' };
  }
}

function causeOf(segment: Bodies['segment']): string {
  return segment.causes[0]?.eventId ?? segment.utteranceId;
}

/** W3C trace context: everything that one event caused shares a trace. */
function traceparent(cause: string): string {
  const trace = createHash('sha256').update(cause).digest('hex').slice(0, 32);
  return `00-${trace}-${randomBytes(8).toString('hex')}-01`;
}
