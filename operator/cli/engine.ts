// The option --engine, the same for every command that has it.

export const engineFlag = "-e, --engine <name>";
export const engineHelp = "engine of every task, whatever the manifests say";

export type EngineOption = { engine?: string | undefined };
