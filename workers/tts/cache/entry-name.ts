import type { SpeechId } from './speech-key.ts';

/** What is known of a stored sound without opening its file. */
export interface EntryName extends SpeechId {
  /** Number of the rendition. */
  variant: number;
  /** Unix milliseconds. */
  createdAt: number;
  costMs: number;
}

const pattern = /^([0-9a-f]{32})-([0-9a-f]{32})-(\d{1,3})-([0-9a-z]{1,9})-([0-9a-z]{1,7})\.sound$/;

/** Starts with the text, so that all renditions of one lie side by side, whoever speaks them. */
export function nameEntry({ text, key, variant, createdAt, costMs }: EntryName): string {
  return `${text}-${key}-${variant}-${digits(createdAt, 9)}-${digits(costMs, 7)}.sound`;
}

/** Undefined: not one of ours. */
export function parseEntryName(name: string): EntryName | undefined {
  const [, text, key, variant, createdAt, costMs] = pattern.exec(name) ?? [];
  if (!text || !key || !variant || !createdAt || !costMs) return undefined;
  return {
    text,
    key,
    variant: Number(variant),
    createdAt: Number.parseInt(createdAt, 36),
    costMs: Number.parseInt(costMs, 36),
  };
}

/** Two levels of sixteen folders each: at 50,000 sounds 200 in one. */
export function folderOf(text: string): string {
  return `${text.charAt(0)}/${text.charAt(1)}`;
}

/** All folders that there can be. */
export function allFolders(): string[] {
  const digits = Array.from('0123456789abcdef');
  return digits.flatMap((first) => digits.map((second) => `${first}/${second}`));
}

/** Whether it may still be played; one from the future was written under a wrong clock. */
export function isFresh({ createdAt }: { createdAt: number }, ttlMs: number, now: number): boolean {
  return now - createdAt < ttlMs && createdAt - now < 86_400_000;
}

function digits(value: number, most: number): string {
  return Math.max(0, Math.min(Math.round(value), 36 ** most - 1)).toString(36);
}
