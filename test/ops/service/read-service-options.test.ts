import { join, resolve } from 'node:path';
import t from 'tap';
import { actions, readServiceOptions } from '../../../ops/service/read-service-options.ts';

const surroundings = { folder: '/home/li', project: '/opt/onair', isRoot: false };

void t.test('readServiceOptions() takes the defaults of who asks', (t) => {
  t.match(readServiceOptions(['install'], surroundings), {
    action: 'install',
    scope: 'user',
    name: 'onair',
    home: resolve('/opt/onair/var'),
    configFile: '',
    environmentFile: '',
    only: [],
    runAs: '',
    start: true,
  });
  t.match(readServiceOptions(['print'], { ...surroundings, isRoot: true }), { scope: 'system' });
  t.match(readServiceOptions(['print', '--user'], { ...surroundings, isRoot: true }), { scope: 'user' });
  t.end();
});

void t.test('readServiceOptions() reads every option, and paths from where the person is', (t) => {
  const args =
    'install --config shop.yaml --home h --environment my.env --only tts,audio --system --run-as li --name shop.service --no-start';
  t.same(readServiceOptions(args.split(' '), surroundings), {
    action: 'install',
    scope: 'system',
    name: 'shop',
    home: resolve('/home/li/h'),
    configFile: resolve('/home/li/shop.yaml'),
    environmentFile: resolve('/home/li/my.env'),
    only: ['tts', 'audio'],
    runAs: 'li',
    start: false,
  });
  t.end();
});

void t.test('readServiceOptions() keeps a path that begins with a dash or holds an equals sign', (t) => {
  const found = readServiceOptions(['print', '--home=-a=b c'], surroundings);
  t.match(found, { home: join('/home/li', '-a=b c') });
  t.end();
});

void t.test('readServiceOptions() says what is wrong', (t) => {
  const wrong: [string[], RegExp][] = [
    [[], /needs one of print, install, uninstall, status/],
    [['start'], /got "start"/],
    [['print', 'install'], /got "print install"/],
    [['print', '--system', '--user'], /exclude each other/],
    [['print', '--run-as', 'li'], /--run-as is for a unit of the machine/],
    [['print', '--name', '../x'], /--name must be/],
    [['print', '--only', 'nobody'], /--only must name some of/],
    [['print', '--wrong'], /--wrong/],
  ];
  for (const [args, message] of wrong)
    t.throws(() => readServiceOptions(args, surroundings), message, args.join(' '));
  t.end();
});

void t.test('readServiceOptions() understands a call for help, whatever else is there', (t) => {
  for (const action of ['', ...actions])
    t.equal(readServiceOptions([action, '-h'].filter(Boolean), surroundings), 'help');
  t.end();
});
