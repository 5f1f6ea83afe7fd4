import { createHash } from 'node:crypto';
import type { Viewer } from '../../../protocol/event.ts';
import { nameOf as cleanName, textOf as cleanText } from '../douyin/wire-values.ts';

export type JsonObject = Record<string, unknown>;

const maxUint32 = 0xffff_ffff;
const decimal = /^-?\d{1,20}$/;
/** What may stand in an id on the bus: it is part of a header. */
const plainId = /^[\x21-\x7e]{1,128}$/;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without one, an empty one: fields that are absent have their default. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An id that came as string or number; empty for none and for 0. One that cannot stand in a header becomes its hash. */
export function idOf(value: unknown): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text === '' || text === '0') return '';
  return plainId.test(text) ? text : hashOf(text);
}

/** The same text has the same one. */
export function hashOf(...texts: string[]): string {
  return `h${createHash('sha1').update(texts.join('\0')).digest('hex').slice(0, 20)}`;
}

/** A count that fits 32 bits; 0 for what is none. */
export const countOf = (value: unknown): number => clamp(value, maxUint32);

/** A total that fits a double; 0 for what is none. */
export const totalOf = (value: unknown): number => clamp(value, Number.MAX_SAFE_INTEGER);

export const textOf = (value: unknown): string => cleanText(stringOf(value));
export const nameOf = (value: unknown): string => cleanName(stringOf(value));

/** Unix milliseconds of a time in seconds or milliseconds; `fallback` for anything that is no time of this century. */
export function timeOf(value: unknown, fallback: number): number {
  const raw = totalOf(value);
  const ms = raw < 100_000_000_000 ? raw * 1_000 : raw;
  return ms >= 946_684_800_000 && ms <= fallback + 86_400_000 ? ms : fallback;
}

/** Null without anything that tells who it is. */
export function viewerFrom({
  id,
  nickname = '',
  ...rest
}: Partial<Viewer> & Pick<Viewer, 'id'>): Viewer | null {
  if (!id && !nickname) return null;
  return { id, nickname, level: 0, fansLevel: 0, isAnchor: false, isAdmin: false, secUid: '', ...rest };
}

/** Who gave a gift, for its streak: Douyin gives all viewers who hide the id 111111, and tells them apart by name only. */
export function senderOf(viewer: Viewer | null): string {
  return !viewer?.id || viewer.id === '111111' ? `~${viewer?.nickname ?? ''}` : viewer.id;
}

function stringOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

function clamp(value: unknown, most: number): number {
  const number = typeof value === 'string' && decimal.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return 0;
  return Math.trunc(Math.max(0, Math.min(number, most)));
}
