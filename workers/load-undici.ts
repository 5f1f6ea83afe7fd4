import { createRequire } from 'node:module';

type Undici = typeof import('undici');

let undici: Undici | undefined;

/** For whoever sends the first request: undici takes 90 ms to load, and many a show begins without. */
export function loadUndici(): Undici {
  undici ??= createRequire(import.meta.url)('undici') as Undici;
  return undici;
}
