/** 0 of no numbers. */
export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** NaN of no numbers. */
export const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;
