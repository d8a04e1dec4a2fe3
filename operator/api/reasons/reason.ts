// What a reason's page says. The tables beside this file are the only source of `sparkflow explain` and of the reference page.
import type { causeClasses } from "../status.ts";

type CauseClass = (typeof causeClasses)[number];
export type Reason = {
  /** Classes of the causes that have it, which say who pays for another attempt; none for what isn't a failure. */
  of?: readonly CauseClass[];
  /** What has happened. */
  means: string;
  /** What to do, a sentence each; nothing where nothing is to be done. */
  mend?: readonly string[];
  /** A page of docs/ that says more. */
  more?: string;
};
export type Reasons = Readonly<Record<string, Reason>>;
