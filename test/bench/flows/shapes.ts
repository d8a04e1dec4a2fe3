// The flows that are measured: their tasks, and the lives that they come to, for the loop that makes the same writes.

/** A driver's life, and the lives that must have ended before it begins. */
export type Life = { name: string; needs: readonly string[] };
export type Shape = { tasks: object[]; lives: Life[] };

const python = { script: "print(1)\n" };
/** What every task of a measured flow says. */
export const taskDefaults = { python, sparkConf: { "spark.sql.shuffle.partitions": "8" } };

/** A random graph, the same at each call: each task depends on up to three of those before it. */
export function randomGraph(count: number): Shape {
  const random = sequence(7);
  const lives = Array.from({ length: count }, (_, index): Life => {
    const needs = Array.from({ length: Math.min(index, random(4)) }, () => `t${random(index)}`);
    return { name: `t${index}`, needs: [...new Set(needs)] };
  });
  return { tasks: lives.map(asTask), lives };
}

/** One task after the other. */
export function chain(count: number): Shape {
  const lives = Array.from({ length: count }, (_, index) => ({
    name: `t${index}`,
    needs: index === 0 ? [] : [`t${index - 1}`],
  }));
  return { tasks: lives.map(asTask), lives };
}

/** So many tasks in turn, each of so many items that run side by side. */
export function waves(count: number, items: number): Shape {
  const all = Array.from({ length: items }, (_, item) => item);
  const of = (wave: number) => all.map((item) => `w${wave}-${item}`);
  const numbers = Array.from({ length: count }, (_, wave) => wave);
  return {
    tasks: numbers.map((wave) => ({
      ...asTask({ name: `w${wave}`, needs: wave === 0 ? [] : [`w${wave - 1}`] }),
      forEach: { items: all },
    })),
    lives: numbers.flatMap((wave) => of(wave).map((name) => ({ name, needs: wave === 0 ? [] : of(wave - 1) }))),
  };
}

const asTask = ({ name, needs }: Life): object => ({ name, ...(needs.length > 0 ? { dependsOn: needs } : {}) });

/** Numbers below a limit that look random (a linear congruential generator with the constants of Numerical Recipes). */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
