// A day or a moment on the command line, as a run's schedule would have it.
import { timestamp } from "../api/common.ts";
import { UserError } from "./exit.ts";

const isDay = (text: string): boolean => {
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  return date !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
};

/** Checks `2026-11-01` of an option such as `--from`. Throws UserError. */
export function day(option: string): (text: string) => string {
  return (text) => {
    if (isDay(text)) return text;
    throw new UserError([`${option} ${text}: expected a day such as 2026-11-01`]);
  };
}

/** Checks the value of `--scheduled-at`: a day, or a moment with its zone. Throws UserError. */
export function dayOrTime(text: string): string {
  if (isDay(text) || timestamp.safeParse(text).success) return text;
  throw new UserError([
    `--scheduled-at ${text}: expected a day such as 2026-11-01, or a time such as 2026-11-01T02:00:00Z`,
  ]);
}
export const scheduledAtFlag = "--scheduled-at <day|time>";
