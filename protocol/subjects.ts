import type { EventKind } from './event.ts';
import type { OutcomeKind, Priority } from './speech.ts';

/** A room's name is a token of subjects, a file name and part of ids. */
export const roomPattern = /^[A-Za-z0-9_-]{1,48}$/;

export const eventSubject = (room: string, kind: EventKind | '*'): string => `live.${room}.event.${kind}`;
export const speechSubject = (room: string, priority: Priority): string => `live.${room}.speech.${priority}`;
export const audioSubject = (room: string): string => `live.${room}.audio`;
export const outcomeSubject = (room: string, what: OutcomeKind): string => `live.${room}.outcome.${what}`;
/** Core subject, several times a second: how far the listeners are. */
export const playheadSubject = (room: string): string => `live.${room}.playhead`;
/** Core subject: a `promise` for each answer that is being made. */
export const promiseSubject = (room: string): string => `live.${room}.promise`;
/** Core subject of requests: a `command` to whoever plays the room, answered with an `answer`. */
export const audioCommandSubject = (room: string): string => `ops.command.audio.${room}`;
/** The same to whoever hosts the room: a `helm`. */
export const replyCommandSubject = (room: string): string => `ops.command.reply.${room}`;
export const healthSubject = (role: string): string => `ops.${role}.health`;
export const incidentSubject = 'ops.incident';
export const commandSubject = (role: string): string => `ops.command.${role}`;
export const deadSubject = (stream: string): string => `dead.${stream}`;
