// A task's program with the files that it has at a place.
import { type Place, pathHere } from "./place.ts";
import type { JarSource, SqlSource } from "./program.ts";
import type { ResolvedTask } from "./resolve.ts";

/** `pythonPath`: folders that driver and workers import from; a program's own is among them, for its functions' sake. */
export type PlacedProgram = { program: object; files: Record<string, string>; pythonPath: string[] };

/** The program as the driver reads it, and the file that an inline program becomes. */
export function placedProgram(task: ResolvedTask, place: Place): PlacedProgram {
  const { program } = task;
  if (program.kind === "sql" || program.kind === "fugueSql") return placedSql(program.kind, program.source, place);
  if (program.kind === "jar") {
    const file = placedFile(program.source, place);
    return { program: { kind: "jar", file, mainClass: program.mainClass ?? null }, files: {}, pythonPath: [] };
  }
  const { source } = program;
  const common = { kind: "python", function: program.function ?? null, ...(program.map ? { map: program.map } : {}) };
  if ("script" in source) {
    return { program: { ...common, file: "script.py" }, files: { "script.py": source.script }, pythonPath: ["."] };
  }
  if ("module" in source) return { program: { ...common, module: source.module }, files: {}, pythonPath: [] };
  if ("configMap" in source) {
    return { program: { ...common, file: `program/${source.configMap.key}` }, files: {}, pythonPath: ["program"] };
  }
  const file = place.locate(source.file);
  const path = pathHere(file);
  return { program: { ...common, file }, files: {}, pythonPath: path ? [parent(path)] : [] };
}

/** Fugue SQL may call functions of the Python files beside it. */
function placedSql(kind: "sql" | "fugueSql", source: SqlSource, place: Place): PlacedProgram {
  const placed = (program: object, folder?: string): PlacedProgram => ({
    program: { kind, ...program },
    files: {},
    pythonPath: folder !== undefined && kind === "fugueSql" ? [folder] : [],
  });
  if ("text" in source) return placed({ [kind === "sql" ? "statements" : "query"]: source.text });
  const file = placedFile(source, place);
  if ("configMap" in source) return placed({ file }, "program");
  const path = pathHere(file);
  return placed({ file }, path && parent(path));
}

const placedFile = (source: JarSource, place: Place): string =>
  "file" in source ? place.locate(source.file) : `program/${source.configMap.key}`;

const parent = (path: string) => path.slice(0, Math.max(1, path.lastIndexOf("/")));
