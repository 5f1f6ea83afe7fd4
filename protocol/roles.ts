import type { Bucket } from './streams.ts';

export const roles = ['ingest', 'reply', 'tts', 'audio', 'sim'] as const;
/** A role of a child process. `sim` is a simulated room or engine: a child like the others, with no right on the bus. */
export type Role = (typeof roles)[number];

/**
 * Who may log in to the bus: the supervisor (everything), each role (its own subjects), the operator (reading), the console (reading and
 * commands), and the server's administrator (ending connections), who is of another account and reads nothing.
 */
export type BusUser = 'supervisor' | 'administrator' | 'operator' | 'console' | Exclude<Role, 'sim'>;

export interface Permissions {
  publish: string[];
  subscribe: string[];
}

/** Each user has its own inbox, so that nobody reads another's replies. */
export const inboxPrefix = (user: BusUser): string => `_INBOX_${user}`;

/** What a user may publish and subscribe; lists are NATS subjects. */
export function permissionsOf(user: BusUser): Permissions {
  const inbox = [`${inboxPrefix(user)}.>`];
  switch (user) {
    case 'supervisor':
      return { publish: ['>'], subscribe: ['>'] };
    case 'administrator':
      return { publish: ['$SYS.REQ.SERVER.*.KICK'], subscribe: inbox };
    case 'operator':
      return {
        publish: [
          ...reads(),
          '$JS.API.STREAM.NAMES',
          '$JS.API.STREAM.LIST',
          '$JS.API.STREAM.INFO.*',
          '$JS.API.STREAM.MSG.GET.*',
          '$JS.API.CONSUMER.NAMES.*',
          '$JS.API.CONSUMER.LIST.*',
          '$JS.API.CONSUMER.INFO.*.*',
          '$JS.API.DIRECT.GET.>',
        ],
        subscribe: ['live.>', 'ops.>', 'dead.>', '$KV.>', ...inbox],
      };
    case 'console': {
      const { publish, subscribe } = permissionsOf('operator');
      return {
        publish: [...publish, 'ops.command.audio.*', 'ops.command.reply.*', '$KV.rooms.wanted.*'],
        subscribe: [...subscribe.filter((subject) => !subject.startsWith('_INBOX')), ...inbox],
      };
    }
    case 'ingest':
      return {
        publish: [
          'live.*.event.*',
          // For what it cannot keep while the bus is away.
          'live.*.outcome.shed',
          'ops.ingest.health',
          ...reads('EVENTS'),
          ...keyValue('rooms'),
          '$JS.API.STREAM.INFO.EVENTS',
        ],
        subscribe: ['ops.command.ingest', ...inbox],
      };
    case 'reply':
      return {
        publish: [
          'live.*.speech.*',
          'live.*.promise',
          'live.*.outcome.*',
          'ops.reply.health',
          `${inboxPrefix('console')}.>`,
          // Its consumers have the rooms' names, and a subject cannot say "all that begin with".
          ...worksOn('EVENTS', '*'),
          '$JS.API.CONSUMER.LIST.EVENTS',
          ...reads('SPEECH'),
          ...reads('OUTCOME'),
          ...reads('KV_rooms'),
          ...keyValue('memory'),
        ],
        subscribe: ['live.*.playhead', 'ops.command.reply', 'ops.command.reply.*', ...inbox],
      };
    case 'tts':
      return {
        publish: [
          'live.*.audio',
          'ops.tts.health',
          ...worksOn('SPEECH', 'tts-urgent'),
          ...worksOn('SPEECH', 'tts-normal'),
          ...worksOn('SPEECH', 'tts-idle'),
          // There is none; see workers/rehearse-pull.ts.
          '$JS.API.CONSUMER.MSG.NEXT.SPEECH.rehearsal',
        ],
        subscribe: ['ops.command.tts', ...inbox],
      };
    case 'audio':
      return {
        publish: [
          'live.*.outcome.*',
          'live.*.playhead',
          // What it wants to keep for when nothing comes.
          'live.*.speech.idle',
          'ops.audio.health',
          `${inboxPrefix('console')}.>`,
          ...reads('AUDIO'),
          ...reads('KV_rooms'),
          ...keyValue('playhead'),
        ],
        subscribe: [
          'live.*.playhead',
          'live.*.promise',
          'ops.command.audio',
          'ops.command.audio.*',
          ...inbox,
        ],
      };
  }
}

/** Take messages from one durable consumer, and answer them. Newer servers put domain and account into the ack subject. */
function worksOn(stream: string, consumer: string): string[] {
  return [
    '$JS.API.INFO',
    `$JS.API.CONSUMER.INFO.${stream}.${consumer}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
    `$JS.ACK.${stream}.${consumer}.>`,
    `$JS.ACK.*.*.${stream}.${consumer}.>`,
  ];
}

/** Read a stream from any point with a consumer of one's own that nobody else sees. */
function reads(stream = '*'): string[] {
  return [
    '$JS.API.INFO',
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}.>`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
  ];
}

function keyValue(bucket: Bucket): string[] {
  return [...reads(`KV_${bucket}`), `$KV.${bucket}.>`];
}
