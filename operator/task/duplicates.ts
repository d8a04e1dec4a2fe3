// Lists are keyed by name.
import { type Path, type Problem, problem, shown } from "../api/problems.ts";

/** Names that stand twice in a list. */
export function duplicates(list: readonly object[] | undefined, path: Path, key: "name" | "key" = "name"): Problem[] {
  const seen = new Set<unknown>();
  return (list ?? []).flatMap((item, index) => {
    const name = (item as Record<string, unknown>)[key];
    const twice = seen.has(name);
    seen.add(name);
    return twice ? [problem([...path, index, key], `the ${key} ${shown(name)} stands twice in this list`)] : [];
  });
}
