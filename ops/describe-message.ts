import type { Message } from '../protocol/codec.ts';
import type { LiveEvent } from '../protocol/event.ts';
import { isPaid } from '../protocol/event.ts';
import type { Outcome, Playhead } from '../protocol/speech.ts';

/** One line for a person: what a message says, in the words of the room. */
export function describeMessage(message: Message): string {
  switch (message.type) {
    case 'event':
      return describeEvent(message.body);
    case 'segment': {
      const { priority, text, index, causes } = message.body;
      const answers = causes.length > 0 ? ` (answers ${causes.length})` : '';
      return `say[${priority}] ${index + 1}. ${text}${answers}`;
    }
    case 'chunk': {
      const { segment, pcm, sampleRateHz, index, last, missingReason, engine } = message.body;
      if (missingReason !== '') return `no sound for "${segment.text}": ${missingReason}`;
      const ms = sampleRateHz > 0 ? Math.round((pcm.byteLength / 2 / sampleRateHz) * 1_000) : 0;
      return `sound ${index + 1}${last ? ' (last)' : ''}, ${ms} ms, ${engine}: ${segment.text}`;
    }
    case 'outcome':
      return describeOutcome(message.body);
    case 'health':
      return `${message.body.childId} ${JSON.stringify(message.body.counters)}`;
    case 'playhead':
      return describePlayhead(message.body);
    case 'incident':
      return `${message.body.severity} ${message.body.component}: ${message.body.cause}`;
    case 'command':
      return `command ${message.body.action} by ${message.body.by}`;
    case 'helm':
      return `helm ${message.body.action} by ${message.body.by}`;
    case 'answer':
      return `${message.body.done ? 'done' : 'not done'}: ${message.body.text}`;
    case 'promise':
      return `an answer is being made: ${message.body.utteranceId}`;
    case 'dead':
      return `dead from ${message.body.stream} #${message.body.seq}: ${message.body.reason}`;
  }
}

function describeEvent(event: LiveEvent): string {
  const who = event.viewer?.nickname ?? '';
  const paid = isPaid(event.kind) ? ' [paid]' : '';
  switch (event.kind) {
    case 'chat':
      return `${who}: ${event.text}`;
    case 'gift':
      return `${who} gives ${event.name} ×${event.count} (streak ${event.total})${paid}`;
    case 'like':
      return `${who} likes ×${event.count} (${event.total} in all)`;
    case 'enter':
      return `${who} enters`;
    case 'follow':
      return `${who} follows`;
    case 'share':
      return `${who} shares ${event.target}`;
    case 'fansclub':
      return `${who} fans club: ${event.action} (level ${event.level})`;
    case 'order':
      return `${who} orders ${event.product} ×${event.count} ${event.status}${paid}`;
    case 'product':
      return `product ${event.action}: ${event.title} ${event.price}`;
    case 'stats':
      return `${event.online} online, ${event.total} in all ${event.text}`;
    case 'control':
      return `room: ${event.action} ${event.tips}`;
    case 'system':
      return `${event.code}: ${event.text}`;
  }
}

function describeOutcome({ what, eventKind, nickname, text, reason }: Outcome): string {
  const about = [eventKind, nickname].filter(Boolean).join(' of ');
  return [what, about, text && `"${text}"`, reason && `(${reason})`].filter(Boolean).join(' ');
}

function describePlayhead({
  state,
  queuedMs,
  utteranceId,
  segmentIndex,
  offsetMs,
  output,
}: Playhead): string {
  const at = utteranceId === '' ? '' : ` ${utteranceId}/${segmentIndex} at ${offsetMs} ms`;
  return `${state}${at}, ${queuedMs} ms waiting, output ${output}`;
}
