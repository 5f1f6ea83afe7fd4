const texts = {
  en: {
    title: 'onair: sound of the room',
    start: 'Click to start',
    connecting: 'connecting…',
    lost: 'connection lost, connecting again…',
    connected: 'connected',
    waiting: 'waits for a click',
    buffering: 'gathering sound…',
    buffered: 'buffered',
    dropped: 'left out',
    underruns: 'interruptions',
  },
  zh: {
    title: 'onair：直播间声音',
    start: '点击开始播放',
    connecting: '正在连接…',
    lost: '连接已断开，正在重连…',
    connected: '已连接',
    waiting: '等待点击',
    buffering: '正在缓冲…',
    buffered: '缓冲',
    dropped: '已跳过',
    underruns: '中断次数',
  },
};

/** What the page says, in the reader's language. */
export const textsFor = (language) => (/^zh\b/i.test(language) ? texts.zh : texts.en);
