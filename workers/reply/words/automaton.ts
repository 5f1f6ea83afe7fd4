/** A match: the pattern's number, and the first and last of the codes that it is made of. */
export interface Match {
  pattern: number;
  first: number;
  last: number;
}

/** Where a scan stands: it can be continued with what follows. */
export const root = 0;

const none = -1;

/**
 * Aho–Corasick over UTF-16 codes: all patterns that occur in a text, in one pass, however many there are. With it, who reads a text
 * that is not at its end yet knows how much of its end may be the beginning of a pattern.
 */
export class Automaton {
  readonly #rootChildren = new Int32Array(0x1_00_00);
  /** Open addressing: parent and code lead to the child. */
  #keys = new Float64Array(0).fill(none);
  #children = new Int32Array(0);
  #mask = 0;
  #fails = new Int32Array(1);
  #depths = new Uint16Array(1);
  /** Pattern that ends here, and the next shorter one that does: a node. */
  #patterns = new Int32Array(1);
  #outputs = new Int32Array(1);
  readonly #lengths: number[];

  /** Of several equal patterns the first counts. Empty ones are none. */
  constructor(patterns: readonly string[]) {
    this.#lengths = patterns.map(({ length }) => length);
    this.#build(patterns);
  }

  /** How many codes of a pattern have been read. */
  depth(state: number): number {
    return this.#depths[state] ?? 0;
  }

  /** Whether a pattern goes on with a code exactly here. */
  hasChild(state: number, code: number): boolean {
    return this.#child(state, code) !== none;
  }

  /** The state after one more code. */
  step(state: number, code: number): number {
    let from = state;
    for (;;) {
      const child = this.#child(from, code);
      if (child !== none) return child;
      if (from === root) return root;
      from = this.#fails[from] ?? root;
    }
  }

  /** Whether a pattern ends in a state. */
  hasOutput(state: number): boolean {
    return this.#patterns[state] !== none || this.#outputs[state] !== root;
  }

  /** Calls `found` with number and length of each pattern that ends in a state, longest first. */
  outputs(state: number, found: (pattern: number, length: number) => void): void {
    let node = (this.#patterns[state] ?? none) === none ? (this.#outputs[state] ?? root) : state;
    while (node !== root) {
      const pattern = this.#patterns[node] ?? none;
      found(pattern, this.#lengths[pattern] ?? 0);
      node = this.#outputs[node] ?? root;
    }
  }

  #child(state: number, code: number): number {
    if (state === root) return (this.#rootChildren[code] ?? 0) - 1;
    const key = state * 0x1_00_00 + code;
    for (let slot = hash(state, code) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const found = this.#keys[slot];
      if (found === key) return this.#children[slot] ?? none;
      if (found === none || found === undefined) return none;
    }
  }

  #build(patterns: readonly string[]): void {
    const most = patterns.reduce((sum, { length }) => sum + length, 1);
    let size = 64;
    while (size < most * 2) size *= 2;
    this.#keys = new Float64Array(size).fill(none);
    this.#children = new Int32Array(size);
    this.#mask = size - 1;
    this.#fails = new Int32Array(most);
    this.#depths = new Uint16Array(most);
    this.#patterns = new Int32Array(most).fill(none);
    this.#outputs = new Int32Array(most);
    const nodes: { parent: number; code: number }[] = [{ parent: root, code: 0 }];
    for (const [number, pattern] of patterns.entries()) {
      let state = root;
      for (let at = 0; at < pattern.length; at++) {
        const code = pattern.charCodeAt(at);
        let child = this.#child(state, code);
        if (child === none) {
          child = nodes.length;
          nodes.push({ parent: state, code });
          this.#depths[child] = at + 1;
          this.#insert(state, code, child);
        }
        state = child;
      }
      if (state !== root && this.#patterns[state] === none) this.#patterns[state] = number;
    }
    const order = nodes.map((_, index) => index).toSorted((a, b) => this.depth(a) - this.depth(b));
    for (const node of order) {
      const { parent, code } = nodes[node] ?? { parent: root, code: 0 };
      if (node === root || parent === root) continue;
      const fail = this.step(this.#fails[parent] ?? root, code);
      this.#fails[node] = fail;
      this.#outputs[node] = this.#patterns[fail] === none ? (this.#outputs[fail] ?? root) : fail;
    }
  }

  #insert(state: number, code: number, child: number): void {
    if (state === root) {
      this.#rootChildren[code] = child + 1;
      return;
    }
    let slot = hash(state, code) & this.#mask;
    while (this.#keys[slot] !== none) slot = (slot + 1) & this.#mask;
    this.#keys[slot] = state * 0x1_00_00 + code;
    this.#children[slot] = child;
  }
}

const hash = (state: number, code: number): number =>
  (Math.imul(state, 0x9e_37_79_b1) ^ Math.imul(code, 0x85_eb_ca_6b)) >>> 7;
