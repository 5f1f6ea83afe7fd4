/** Something that doctor looked at; `bad`: it is necessary and missing. */
export interface Finding {
  verdict: 'ok' | 'warn' | 'bad';
  what: string;
  found: string;
  /** What to do about it, unless it is `ok`. */
  mend: string;
}
