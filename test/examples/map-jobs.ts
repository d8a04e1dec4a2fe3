import { expect } from "vitest";
import { type Example, folderOf } from "./example.ts";

/** By trial division, which the example doesn't use. */
function primesBelow(limit: number): number {
  const primes: number[] = [];
  for (let number = 2; number < limit; number++) {
    let prime = true;
    for (const divisor of primes) {
      if (divisor * divisor > number) break;
      if (number % divisor === 0) {
        prime = false;
        break;
      }
    }
    if (prime) primes.push(number);
  }
  return primes.length;
}
const jobs = Array.from({ length: 8 }, (_, job) => ({ job, primes: primesBelow(20_000 * (job + 1)) }));

export const mapJobs: Example = {
  name: "map-jobs",
  source: { folder: folderOf("map-jobs") },
  kind: "SparkFlow",
  object: "run-all-jobs",
  must: {
    "runs every job once, each row by itself": ({ rows }) => {
      const done = rows("run-jobs", "done").sort((a, b) => Number(a.job) - Number(b.job));
      expect(done).toEqual(jobs.map(({ job, primes }) => ({ job, limit: 20_000 * (job + 1), primes, batch_size: 1 })));
    },
    "lists as many as the param of the Fugue SQL says": ({ rows }) => {
      expect(rows("largest", "largest").map(({ job, primes }) => [Number(job), Number(primes)])).toEqual(
        jobs
          .slice(-3)
          .reverse()
          .map(({ job, primes }) => [job, primes]),
      );
    },
  },
};
