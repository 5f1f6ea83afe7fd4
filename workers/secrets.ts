/** Shorter values occur by chance, and would punch holes into harmless lines. */
const minLength = 8;
/** Far more than a worker's rooms have; the oldest go first. */
const maxSecrets = 5_000;

/**
 * What must not leave this process in a log, a notice, a status or a report: the net under everything that is said, because servers and
 * libraries put into their errors what they like.
 */
export class Secrets {
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  /** Also in the forms in which JSON and addresses write it. Values below 8 characters are not kept. */
  add(value: string): void {
    for (const form of [
      value,
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value),
      decoded(value),
    ]) {
      if (form.length < minLength || this.#values.has(form)) continue;
      this.#values.add(form);
      this.#pattern = undefined;
    }
    for (const oldest of this.#values) {
      if (this.#values.size <= maxSecrets) return;
      this.#values.delete(oldest);
    }
  }

  /** The text with `***` in their place. */
  hide(text: string): string {
    if (this.#values.size === 0) return text;
    // The longest first, or a part of one would leave the rest standing.
    this.#pattern ??= new RegExp(
      [...this.#values]
        .toSorted((a, b) => b.length - a.length)
        .map((value) => RegExp.escape(value))
        .join('|'),
      'g',
    );
    return text.replace(this.#pattern, '***');
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
