import { isIP } from 'node:net';

const maxDirected = 8;
const maxListLength = 4_096;

interface PushHostsOptions {
  /** Origins of the configuration, at least one; tried in turn. */
  pushUrls: readonly string[];
  pageUrl: string;
  /** Hears of each host that the server names and that is none of the platform's. */
  onRefused: (text: string) => void;
}

/**
 * Where the next push connection goes: first where the server directs us, then to the configured origins in turn. What it directs to is
 * believed only within the domains of the configuration, as it decides who gets the room's cookies.
 */
export class PushHosts {
  readonly #options: PushHostsOptions;
  readonly #schemes: ReadonlySet<string>;
  readonly #domains: ReadonlySet<string>;
  #directed: string[] = [];
  #configured = 0;
  /** Said with every response; one that failed is not tried again only because it is said again. */
  #lastList = '';

  constructor(options: PushHostsOptions) {
    this.#options = options;
    const urls = [...options.pushUrls, options.pageUrl].map((url) => new URL(url));
    this.#schemes = new Set(options.pushUrls.map((url) => new URL(url).protocol));
    this.#domains = new Set(urls.map(({ hostname }) => domainOf(hostname)));
  }

  get current(): string {
    const { pushUrls } = this.#options;
    return this.#directed[0] ?? pushUrls[this.#configured % pushUrls.length] ?? '';
  }

  /** The current one did not let us in, or hung up at once: the next one. */
  failed(): void {
    if (this.#directed.length > 0) this.#directed.shift();
    else this.#configured += 1;
  }

  /**
   * What `push_server_v2`, `push_server` or `proxy_server` of a response says: hosts or addresses, separated by commas or semicolons.
   * Their paths are not used, as the page's own client has but one. What names no host of the platform is passed over.
   */
  direct(list: string): void {
    if (list.trim() === '' || list === this.#lastList) return;
    this.#lastList = list;
    const origins = new Set<string>();
    for (const text of list.slice(0, maxListLength).split(/[,;]/).slice(0, maxDirected)) {
      if (text.trim() === '') continue;
      const origin = this.#originOf(text.trim());
      if (origin === undefined) this.#options.onRefused(text.trim().slice(0, 200));
      else origins.add(origin);
    }
    if (origins.size > 0) this.#directed = [...origins];
  }

  /** One that worked for an earlier process. */
  prefer(origin: string): void {
    const index = this.#options.pushUrls.indexOf(origin);
    if (index >= 0) this.#configured = index;
    else this.direct(origin);
  }

  #originOf(text: string): string | undefined {
    const scheme = this.#schemes.has('wss:') ? 'wss:' : 'ws:';
    const address = (/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `${scheme}//${text}`)
      .replace(/^https:/i, 'wss:')
      .replace(/^http:/i, 'ws:');
    if (!URL.canParse(address)) return undefined;
    const { protocol, hostname, username, password, host } = new URL(address);
    if (username !== '' || password !== '' || !this.#schemes.has(protocol)) return undefined;
    return this.#domains.has(domainOf(hostname)) ? `${protocol}//${host}` : undefined;
  }
}

const secondLevel = new Set(['ac', 'co', 'com', 'edu', 'gov', 'net', 'org']);

/** What one owner has registered: `douyin.com` of any host in it. All of this machine counts as one; any other address stands for itself. */
function domainOf(hostname: string): string {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost' || name === '[::1]' || name.startsWith('127.')) return 'loopback';
  if (name.startsWith('[') || isIP(name) !== 0) return name;
  const labels = name.split('.');
  const isCountry = labels.at(-1)?.length === 2 && secondLevel.has(labels.at(-2) ?? '');
  return labels.slice(isCountry ? -3 : -2).join('.');
}
