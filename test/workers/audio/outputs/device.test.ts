import t from 'tap';
import { matchDevice } from '../../../../workers/audio/outputs/device.ts';
import type { Device } from '../../../../workers/audio/outputs/device.ts';

const device = (id: string, title: string): Device => ({ system: 'pulse', id, title, isDefault: false });
const devices = [
  device('cable', 'Onair Cable'),
  device('cable2', 'Second Cable'),
  device('alsa_output.usb', 'USB Headset'),
];

void t.test('matchDevice() prefers a whole name to a part, and does not mind capitals', async (t) => {
  t.match(matchDevice(devices, 'CABLE'), { device: { id: 'cable' } });
  t.match(matchDevice(devices, 'onair cable'), { device: { id: 'cable' } });
  t.match(matchDevice(devices, 'headset'), { device: { id: 'alsa_output.usb' } });
  t.match(matchDevice(devices, ' Second '), { device: { id: 'cable2' } });
});

void t.test('matchDevice() says what there is when none or several are meant', async (t) => {
  t.strictSame(matchDevice(devices, 'cabl'), {
    reason: '"cabl" fits cable (Onair Cable), cable2 (Second Cable)',
    isAmbiguous: true,
  });
  t.strictSame(matchDevice(devices, 'hdmi'), {
    reason:
      'no device is called "hdmi"; there are cable (Onair Cable), cable2 (Second Cable), alsa_output.usb (USB Headset)',
    isAmbiguous: false,
  });
  t.match(matchDevice([], 'x'), { reason: 'no device is called "x"; there is none' });
  const many = Array.from({ length: 20 }, (_, n) => device(`d${n}`, ''));
  t.match(matchDevice(many, 'x'), { reason: /d11 and 8 more$/ });
});
