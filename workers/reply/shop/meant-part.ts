const between = String.raw`[^，,。；;！!？?\s]`;
const marks = /[，,。；;！!？?\s]+/u;
/** 不是一号是三号, 不要一号要三号. */
const instead = new RegExp(String.raw`(?<!是|要)不(?:是|要)${between}{1,12}?(?:而是|我?[就只]?要|是)`, 'gu');
/** What a clause begins or ends with that says what is not meant. */
const denial =
  /^(?:我|主播)?(?:不是(?:问|说|讲|要|看)?|不要|不想要|不问|没问|不看|没说|别讲|别说|别介绍|除了)|(?:不要|不看|不想看)了?$/u;

/** The question without what it says not to be about: of 不是一号，是三号多少钱 是三号多少钱. Maybe nothing is left. */
export function meantPart(question: string): string {
  const clauses = question.replaceAll(instead, '，').split(marks);
  const meant = clauses.filter((clause) => clause !== '' && !denial.test(clause));
  return meant.length === clauses.length ? question : meant.join('，');
}

/** The clauses of a question, for several that are asked at once. */
export const clausesOf = (question: string): string[] =>
  question.split(marks).filter((clause) => clause !== '');
