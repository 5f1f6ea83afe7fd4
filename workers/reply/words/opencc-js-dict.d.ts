declare module 'opencc-js/dict/TSCharacters' {
  /** Traditional characters and what is written for them in mainland China: `㑯 㑔|乾 干 乾|…`. */
  const table: string;
  export default table;
}
