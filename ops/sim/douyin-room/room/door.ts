import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { SignatureCheck } from '../wire/signature.ts';
import type { RefusalKind } from '../scenario/fault.ts';
import { judgeUpgrade, refuseUpgrade, type Refusal, type Welcome } from '../http/upgrade.ts';

/** Somebody who was let in. */
export type Visitor = Welcome & { readonly socket: WebSocket; readonly stream: Duplex };

export type DoorOptions = {
  readonly roomId: () => string;
  readonly checkSignature: SignatureCheck | undefined;
  readonly onVisitor: (visitor: Visitor) => void;
  readonly onRefusal: (refusal: Refusal) => void;
};

/** Lets clients in or turns them away. */
export class Door {
  /** The handshakes that were turned away, the last 1000. */
  readonly refusals: Refusal[] = [];
  readonly #options: DoorOptions;
  // The PONG for a client's own PING is sent by the connection, which knows whether a frame is half sent.
  readonly #sockets = new WebSocketServer({
    noServer: true,
    autoPong: false,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: 2 ** 20,
  });
  #forced: { readonly how: RefusalKind; left: number } | undefined;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** Refuses the next handshakes, whatever they say. */
  refuseNext(how: RefusalKind, times: number): void {
    this.#forced = { how, left: times };
  }

  /** Deals with one upgrade request. */
  receive(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { roomId, checkSignature, onVisitor, onRefusal } = this.#options;
    const forced = this.#takeForced();
    const verdict = judgeUpgrade(request, { roomId: roomId(), checkSignature, forced });
    if ('missing' in verdict) {
      // Whoever is turned away may be gone before the answer is out; that is nobody's loss.
      stream.on('error', () => stream.destroy());
      refuseUpgrade(stream, forced ?? 'blocked');
      this.refusals.push(verdict);
      if (this.refusals.length > 1000) this.refusals.shift();
      return onRefusal(verdict);
    }
    this.#sockets.handleUpgrade(request, stream, head, (socket) => onVisitor({ ...verdict, socket, stream }));
  }

  #takeForced(): RefusalKind | undefined {
    if (this.#forced === undefined || this.#forced.left === 0) return undefined;
    this.#forced.left--;
    return this.#forced.how;
  }
}
