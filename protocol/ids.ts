/**
 * Ids derive from their cause, so that a retry after a crash is recognised as a duplicate by the bus (`Nats-Msg-Id`).
 * event → utterance → segment → chunk, and event → outcome.
 */
export const eventId = (room: string, platform: string, messageId: string): string =>
  `${room}:${platform}:${messageId}`;
export const utteranceId = (firstEventId: string): string => `u:${firstEventId}`;
export const segmentId = (utterance: string, index: number): string => `${utterance}/${index}`;
export const chunkId = (segment: string, rendition: string, index: number): string =>
  `${segment}#${rendition}.${index}`;
export const outcomeId = (event: string): string => `o:${event}`;
