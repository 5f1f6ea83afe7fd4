import { readItem } from '../scenario/item.ts';
import type { Fault } from '../scenario/fault.ts';
import { encodeBareFrame } from '../wire/push-frame.ts';
import type { Broadcast } from './broadcast.ts';
import type { Connection } from './connection.ts';
import type { Delivery } from './delivery.ts';
import { bombFrame, garbageFrame, oversizedFrame, truncatedFrame } from './fault-frames.ts';

/** A fault between the room and clients that are connected; a refused handshake and a limited account are none of these. */
export type ConnectionFault = Exclude<Fault, { kind: 'refuse' | 'account' }>;

export type FaultTarget = {
  readonly connection: Connection;
  readonly broadcast: Broadcast;
  readonly delivery: Delivery;
};

/** Causes a fault on one connection. */
export async function causeFault(fault: ConnectionFault, target: FaultTarget): Promise<void> {
  const { connection, broadcast, delivery } = target;
  delivery.noteFault(connection, broadcast, fault.kind);
  switch (fault.kind) {
    case 'garbage':
      return connection.send(garbageFrame(fault.bytes));
    case 'truncated-gzip': {
      const envelope = delivery.envelope(connection, broadcast);
      return connection.send(truncatedFrame(envelope, delivery.response(envelope, [], true)));
    }
    case 'unknown-method':
      delivery.toOne(
        connection,
        broadcast,
        broadcast.happen([readItem({ kind: 'unknown' })], Date.now()),
        false,
      );
      return;
    case 'bad-sibling': {
      const now = Date.now();
      const before = broadcast.happen([readItem({ kind: 'chat', text: '前面的一句' })], now);
      const broken = broadcast.happenBroken(now);
      const after = broadcast.happen([readItem({ kind: 'chat', text: '后面的一句' })], now);
      delivery.toOne(connection, broadcast, [...before, broken, ...after], false);
      return;
    }
    case 'gzip-bomb':
      return connection.send(await bombFrame(delivery.envelope(connection, broadcast), fault.megabytes));
    case 'oversized':
      return connection.send(oversizedFrame(fault.megabytes));
    case 'cut':
      return connection.terminate('fault: cut');
    case 'cut-frame': {
      const happenings = broadcast.happen([readItem({ kind: 'chat', text: '说到一半' })], Date.now());
      return connection.cutWithin(delivery.frame(connection, broadcast, happenings), fault.bytes);
    }
    case 'replay':
      delivery.toOne(connection, broadcast, broadcast.history.replay('recent', fault.count), true);
      return;
    case 'close-code':
      return connection.close(fault.code);
    case 'close':
      connection.send(encodeBareFrame('close'));
      return connection.fallDeaf(Infinity);
    case 'deaf':
      return connection.fallDeaf(fault.forMs);
    case 'slow':
      return connection.slowDown(fault);
  }
}
