import type { JsMsg } from '@nats-io/jetstream';
import type { Origin } from '../protocol/codec.ts';

/** A message of a stream and its place there. `ack` and the like are the library's own. */
export interface Delivery<Body> {
  body: Body;
  origin: Origin;
  seq: number;
  deliveries: number;
  message: JsMsg;
}
