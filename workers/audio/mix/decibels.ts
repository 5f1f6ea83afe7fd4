/** What to multiply samples by. */
export const gainOf = (decibels: number): number => 10 ** (decibels / 20);
