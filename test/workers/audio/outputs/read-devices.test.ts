import t from 'tap';
import {
  readAlsa,
  readAsound,
  readPipewire,
  readPulseDefault,
  readPulseJson,
  readPulseText,
} from '../../../../workers/audio/outputs/read-devices.ts';

/** As PulseAudio 16.1 says it, without what is not read. */
const pulseJson = `[{"index":0,"state":"IDLE","name":"onair-cable","description":"Onair Cable","driver":"module-null-sink.c",
  "latency":{"actual":1893433.00},"flags":["LATENCY"],"active_port":null},
  {"index":1,"name":"alsa_output.pci-0000_00_1f.3.analog-stereo","description":"内置音频 模拟立体声"}]`;
const pulseText = `Sink #0
	State: IDLE
	Name: onair-cable
	Description: Onair Cable
	Driver: module-null-sink.c
	Properties:
		device.description = "Onair Cable"

Sink #1
	State: RUNNING
	Name: alsa_output.pci-0000_00_1f.3.analog-stereo
	Description: 内置音频 模拟立体声
`;
const pulseSinks = [
  { system: 'pulse', id: 'onair-cable', title: 'Onair Cable', isDefault: true },
  {
    system: 'pulse',
    id: 'alsa_output.pci-0000_00_1f.3.analog-stereo',
    title: '内置音频 模拟立体声',
    isDefault: false,
  },
];

void t.test('readPulseJson() and readPulseText() read the same sinks', async (t) => {
  const info = 'Server Name: pulseaudio\nDefault Sink: onair-cable\nDefault Source: onair-cable.monitor\n';
  const defaultSink = readPulseDefault(info);
  t.strictSame(readPulseJson(pulseJson, defaultSink), pulseSinks);
  t.strictSame(readPulseText(pulseText, defaultSink), pulseSinks);
  t.equal(readPulseDefault('Connection failure'), '');
});

void t.test('readPulseJson() says when it is no JSON, as some versions write it', async (t) => {
  t.equal(readPulseJson('[{"name":"a","balance":0,00}]', ''), undefined);
  t.equal(readPulseJson('', ''), undefined);
  t.strictSame(readPulseText('', ''), []);
});

void t.test('readPipewire() finds sinks and the default among all objects', async (t) => {
  const graph = [
    { id: 0, type: 'PipeWire:Interface:Core', info: { props: { 'core.name': 'pipewire-0' } } },
    { id: 30, type: 'PipeWire:Interface:Node', info: null },
    {
      id: 40,
      type: 'PipeWire:Interface:Node',
      info: { props: { 'media.class': 'Audio/Sink', 'node.name': 'cable', 'node.description': 'Onair' } },
    },
    { id: 41, info: { props: { 'media.class': 'Audio/Source', 'node.name': 'microphone' } } },
    {
      id: 50,
      type: 'PipeWire:Interface:Metadata',
      props: { 'metadata.name': 'default' },
      metadata: [
        { subject: 0, key: 'default.audio.sink', type: 'Spa:String:JSON', value: { name: 'cable' } },
      ],
    },
    'something new',
  ];
  t.strictSame(readPipewire(JSON.stringify(graph)), [
    { system: 'pipewire', id: 'cable', title: 'Onair', isDefault: true },
  ]);
  t.strictSame(readPipewire('error: connection refused'), []);
});

void t.test('readAlsa() takes one name for each plug of a card, and none of the plugins', async (t) => {
  const text = `null
    Discard all samples (playback) or generate zero samples (capture)
default
    Playback/recording through the PulseAudio sound server
samplerate
    Rate Converter Plugin Using Samplerate Library
pulse
    PulseAudio Sound Server
cable
    My loopback
hw:CARD=PCH,DEV=0
    HDA Intel PCH, ALC257 Analog
    Direct hardware device without any conversions
plughw:CARD=PCH,DEV=0
    HDA Intel PCH, ALC257 Analog
    Hardware device with all software conversions
plughw:CARD=PCH,DEV=3
    HDA Intel PCH, HDMI 0
sysdefault:CARD=PCH
    HDA Intel PCH, ALC257 Analog
    Default Audio Device
front:CARD=PCH,DEV=0
    HDA Intel PCH, ALC257 Analog
`;
  t.strictSame(
    readAlsa(text).map(({ id, title, isDefault }) => `${id}|${title}|${isDefault}`),
    [
      'default|Playback/recording through the PulseAudio sound server|true',
      'cable|My loopback|false',
      'sysdefault:CARD=PCH|HDA Intel PCH, ALC257 Analog|false',
      'plughw:CARD=PCH,DEV=3|HDA Intel PCH, HDMI 0|false',
    ],
  );
  t.strictSame(readAlsa(''), []);
});

void t.test('readAsound() finds what can play where no program lists it', async (t) => {
  const cards = ` 0 [PCH            ]: HDA-Intel - HDA Intel PCH
                      HDA Intel PCH at 0xf7e10000 irq 32
 1 [Loopback       ]: Loopback - Loopback
`;
  const pcm = `00-00: ALC257 Analog : ALC257 Analog : playback 1 : capture 1
00-02: ALC257 Alt : ALC257 Alt : capture 1
01-01: Loopback PCM : Loopback PCM : playback 8 : capture 8
`;
  t.strictSame(
    readAsound(cards, pcm).map(({ id, title }) => `${id}|${title}`),
    ['plughw:CARD=PCH,DEV=0|ALC257 Analog', 'plughw:CARD=Loopback,DEV=1|Loopback PCM'],
  );
  t.strictSame(readAsound('', ''), []);
});
