const maxCookies = 100;
const maxValueLength = 8_192;

/**
 * The cookies for one site: those that the site sets, and on top of them the operator's. No domains and paths, as there is only
 * one site.
 */
export class Cookies {
  readonly #site = new Map<string, string>();
  #operator = new Map<string, string>();

  has(name: string): boolean {
    return this.#site.has(name) || this.#operator.has(name);
  }

  /** Of those that the site has set; empty: none. */
  siteValue(name: string): string {
    return this.#site.get(name) ?? '';
  }

  /** Replaces the operator's by what a `Cookie` header, or a file with one cookie a line, holds: `a=1; b=2`. */
  setOperator(text: string): void {
    this.#operator = new Map();
    for (const pair of text.split(/[;\r\n]+/)) add(this.#operator, pair);
  }

  /** Takes `Set-Cookie` headers; a cookie that is set empty is removed. */
  addSetCookies(lines: readonly string[]): void {
    for (const line of lines) add(this.#site, line.split(';', 1)[0] ?? '');
  }

  /** Value of the `Cookie` header. */
  header(): string {
    return [...new Map([...this.#site, ...this.#operator])]
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
  }
}

function add(cookies: Map<string, string>, pair: string): void {
  const at = pair.indexOf('=');
  if (at < 1) return;
  const name = pair.slice(0, at).trim();
  const value = pair.slice(at + 1).trim();
  // What a header may not hold would make every request throw.
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\x20-\x7e]*$/.test(value)) return;
  cookies.delete(name);
  if (value !== '' && value.length <= maxValueLength && cookies.size < maxCookies) cookies.set(name, value);
}
