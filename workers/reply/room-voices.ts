import type { ReplyConfig } from '../../protocol/config.ts';
import type { Logger } from '../logger.ts';
import { KnowledgeAnswerer } from './knowledge-answerer.ts';
import { KnowledgeAnswers } from './knowledge-answers.ts';
import type { KnowledgeAnswersOptions } from './knowledge-answers.ts';
import type { SpareWriter } from './model/spare-writer.ts';
import { placedWords } from './placed-words.ts';
import type { RoomMindOptions } from './room-mind.ts';
import { openWords } from './words/open-words.ts';

export interface RoomVoicesOptions extends Pick<KnowledgeAnswersOptions, 'store' | 'onModelEnd' | 'notice'> {
  /** Its files are named absolutely, or from the current folder on. */
  config: Pick<ReplyConfig, 'words' | 'shop' | 'model'>;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** What all rooms share of knowing what to say and what not: words, the shop, models. */
export interface RoomVoices extends AsyncDisposable, Required<Pick<RoomMindOptions, 'words' | 'answerers'>> {
  words: NonNullable<RoomMindOptions['words']>;
  /** The models, for what no viewer waits for. */
  spareWriter: SpareWriter;
}

/** Throws ConfigurationError. */
export async function openRoomVoices({
  config,
  log,
  notice,
  store,
  onModelEnd,
}: RoomVoicesOptions): Promise<RoomVoices> {
  const words = await openWords(config.words, '');
  const knowledge = await KnowledgeAnswers.open({
    config,
    words,
    folder: '',
    log,
    notice,
    store,
    onModelEnd,
  });
  const answerer = new KnowledgeAnswerer(knowledge);
  return {
    words: placedWords(words),
    answerers: () => [answerer],
    spareWriter: knowledge.spareWriter,
    [Symbol.asyncDispose]: async () => await knowledge[Symbol.asyncDispose](),
  };
}
