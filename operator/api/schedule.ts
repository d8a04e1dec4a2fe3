// When a flow runs by itself: a SparkFlow's `schedule` and `runOn`.
import { z } from "zod";
import { duration, field, required } from "./common.ts";

export const starters = ["Edit", "Schedule"] as const;
export const runOn = z.array(z.enum(starters, { error: `expected one of ${starters.join(", ")}` })).max(2);

const policies = ["Allow", "Forbid", "Replace"] as const;
/** Most missed ticks that a flow makes up for. */
export const mostCaughtUp = 100;

export const schedule = z.strictObject({
  cron: required(
    z.string({ error: 'expected a cron expression such as "0 3 * * *"' }).max(256),
    "Minute, hour, day of month, month and day of week, as for a CronJob; also L (the month's last day) and words such as @daily. Example: 0 3 * * *.",
  ),
  timeZone: field(
    z.string().max(64),
    "Time zone that the cron expression is read in. Default: UTC. Example: Europe/Paris.",
  ),
  concurrencyPolicy: field(
    z.enum(policies, { error: `expected one of ${policies.join(", ")}` }),
    "What a tick does while another run is under way. Allow: it starts beside it. Forbid: it waits, until startingDeadline or the next tick. Replace: it cancels the flow's scheduled runs. Default: Allow. Example: Forbid.",
  ),
  startingDeadline: field(
    duration,
    "How late a run may still start; a tick that is later is missed. Default: until the next tick. Example: 1h.",
  ),
  catchUp: field(
    z.int().min(0).max(mostCaughtUp),
    "How many missed ticks, the latest ones, get their runs afterwards. Default: 0. Example: 7.",
  ),
  suspend: field(z.boolean(), "Lets ticks pass by without a run; they don't count as missed. Default: false."),
});
export type Schedule = z.infer<typeof schedule>;
