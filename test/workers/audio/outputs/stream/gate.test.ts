import { hostname } from 'node:os';
import t from 'tap';
import { refusalOf } from '../../../../../workers/audio/outputs/stream/gate.ts';

const table: { host: string; hostHeader?: string; origin?: string; isLetIn: boolean }[] = [
  { host: '127.0.0.1', hostHeader: '127.0.0.1:8100', isLetIn: true },
  { host: '127.0.0.1', hostHeader: 'localhost:8100', isLetIn: true },
  { host: '127.0.0.1', hostHeader: '[::1]:8100', isLetIn: true },
  { host: 'localhost', hostHeader: 'LOCALHOST:8100', isLetIn: true },
  { host: '127.0.0.1', hostHeader: 'rebound.example:8100', isLetIn: false },
  { host: '127.0.0.1', hostHeader: 'localhost.rebound.example', isLetIn: false },
  { host: '127.0.0.1', hostHeader: '192.168.1.5:8100', isLetIn: false },
  { host: '127.0.0.1', hostHeader: 'user@localhost/', isLetIn: false },
  { host: '127.0.0.1', hostHeader: '', isLetIn: false },
  { host: '127.0.0.1', isLetIn: false },
  { host: '127.0.0.1', hostHeader: 'localhost:1', origin: 'http://localhost:1', isLetIn: true },
  { host: '127.0.0.1', hostHeader: 'localhost:1', origin: 'http://localhost:2', isLetIn: false },
  { host: '127.0.0.1', hostHeader: 'localhost:1', origin: 'https://else.example', isLetIn: false },
  { host: '127.0.0.1', hostHeader: 'localhost:1', origin: 'null', isLetIn: false },
  { host: '0.0.0.0', hostHeader: '192.168.1.5:8100', isLetIn: true },
  { host: '0.0.0.0', hostHeader: 'localhost:8100', isLetIn: true },
  { host: '::', hostHeader: '[fd00::5]:8100', isLetIn: true },
  { host: '0.0.0.0', hostHeader: hostname(), isLetIn: true },
  { host: '0.0.0.0', hostHeader: 'rebound.example', isLetIn: false },
  { host: 'studio.lan', hostHeader: 'studio.lan:8100', isLetIn: true },
];

void t.test('refusalOf() lets in who asks for this address, from this address', (t) => {
  for (const { host, hostHeader, origin, isLetIn } of table) {
    const refusal = refusalOf({ host, hostHeader, origin });
    t.equal(refusal === undefined, isLetIn, `${host}: Host ${hostHeader}, Origin ${origin}`);
  }
  t.end();
});
