import { z } from 'zod';

/** A duration in milliseconds. */
export const ms = (min: number, max: number, fallback: number, description: string) =>
  z.int().min(min).max(max).default(fallback).describe(description);

/** An address that starts with one of the protocols. `${address:CHILD}` may stand for its host and port. */
export const address = (protocols: string[]) =>
  z.string().refine((text) => isAddress(text, protocols), {
    error: `must be an address that starts with ${protocols.join(' or ')}`,
  });

export const web = ['http://', 'https://'];
export const socket = ['ws://', 'wss://'];

function isAddress(text: string, protocols: string[]): boolean {
  const filled = text.replaceAll(/\$\{address:[\w-]+\}/g, '127.0.0.1:1');
  return protocols.some((protocol) => filled.startsWith(protocol)) && URL.canParse(filled);
}

/** A TCP port; 0 may mean any that is free. */
export const port = (fallback: number, description: string) =>
  z.int().min(0).max(65_535).default(fallback).describe(description);
