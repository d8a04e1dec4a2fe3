// Does something for each of a list, some at once.

/** Resolves when all are done; the first error is thrown once those under way have ended. */
export async function inParallel<T>(most: number, items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items].reverse();
  const failures: unknown[] = [];
  const work = async () => {
    while (rest.length > 0 && failures.length === 0) {
      try {
        await act(rest.pop()!);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work));
  if (failures.length > 0) throw failures[0];
}
