// How much is measured. `--small` is for trying: its figures say little. `--waves=20` takes fewer waves, which are alike.
const small = process.argv.includes("--small");
const waves = process.argv.find((one) => one.startsWith("--waves="))?.slice("--waves=".length);
const sized = (whole: number, tried: number) => (small ? tried : whole);

export const sizes = {
  /** Lives a round, with the operator and in the bare loop. */
  lives: sized(1000, 100),
  /** Rounds of both in turn. */
  rounds: sized(3, 1),
  /** Tasks made at 20 a second. */
  steady: sized(1200, 60),
  /** Finished tasks and pods that the operator holds. */
  finished: sized(10_000, 300),
  /** Tasks applied and deleted at once. */
  burst: sized(1000, 100),
  /** Submissions by spark-submit. */
  submissions: sized(10, 2),
  /** Tasks of the flow with a random graph. */
  graph: sized(2000, 150),
  /** Items of the fan-out. */
  items: sized(1000, 100),
  /** Tasks with forEach, one after the other, and the items of each: 30,000 drivers, more than an hour on two cores. */
  waves: Number(waves ?? sized(100, 2)),
  waveItems: sized(300, 30),
  /** Flows of one task that are applied at once. */
  flows: sized(5000, 100),
  /** Tasks of each of the chains whose hand-overs are timed. */
  links: sized(200, 20),
  /** Pairs on the real kubelet. */
  pairs: sized(5, 1),
};
