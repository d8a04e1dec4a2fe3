// Numbers that options take.
import { UserError } from "./exit.ts";

/** Reads an option's value as a whole number of at least `least`. */
export const wholeNumber =
  (option: string, least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new UserError([`${option} ${text}: expected a whole number of at least ${least}`]);
    return value;
  };
