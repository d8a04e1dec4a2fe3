// Inputs and outputs with the URIs that they have at a place.
import type { Input, Output } from "../api/data.ts";
import { hashText } from "../api/hash.ts";
import type { TaskItems } from "../api/task.ts";
import { isWeb } from "../api/uri.ts";
import { type Place, pathHere } from "./place.ts";

export type PlacedInput = {
  name: string;
  /** A table's name, if the format is `table`. Null where no task left the data of an optional input. */
  uri: string | null;
  format: string;
  schema: string | null;
  options: Record<string, string>;
  /** The URL that the driver brings to `uri`. */
  source?: string;
  /** The driver looks whether it is there. */
  optional?: true;
  /** Of a forEach's outputs, read as one: `uri` is a pattern. */
  items?: Input["items"];
};
export type PlacedOutput = Omit<PlacedInput, "optional" | "source"> & {
  uri: string;
  crs: string | null;
  partitionBy?: string[];
  mode?: string;
  /** Of a table: the file that says that the task has written it in this run. */
  commit?: string;
};

export function placedInput(input: Input, place: Place): PlacedInput {
  const { name, table, schema = null, options = {}, optional, items } = input;
  const format = table === undefined ? (input.format ?? "parquet") : "table";
  const source = input.uri !== undefined && isWeb(input.uri) && isWeb(place.locate(input.uri)) ? input.uri : undefined;
  const uri = source === undefined ? inputUri(input, place) : broughtUri(source, place);
  const more = {
    ...(source === undefined ? {} : { source }),
    ...(optional ? { optional } : {}),
    ...(items ? { items } : {}),
  };
  return { name, uri, format, schema, options, ...more };
}

/** Where a URL's content is brought, once for all tasks of the run. Its name says its compression, and hides nothing. */
function broughtUri(url: string, place: Place): string {
  const last = new URL(url).pathname.split("/").at(-1) ?? "";
  const name =
    last
      .replace(/[^\w.-]+/g, "-")
      .replace(/^[._-]+/, "")
      .slice(-100) || "data";
  return `${place.runUri}/_inputs/${hashText(url, 16)}/${name}`;
}

function inputUri({ uri, configMap, table }: Input, place: Place): string | null {
  if (table !== undefined) return table;
  if (configMap) return `file://${place.attemptDir}/inputs/${configMap.name}/${configMap.key}`;
  return uri === undefined ? null : asUri(place.locate(uri));
}

/** A path, or a file in the image, as readers know it. */
function asUri(location: string): string {
  const path = pathHere(location);
  return path && !location.startsWith("file:") ? `file://${path}` : location;
}

export function placedOutput(output: Output, number: number, place: Place): PlacedOutput {
  const { name, table, schema = null, partitionBy, crs = null } = output;
  const partitions = partitionBy ? { partitionBy } : {};
  if (table !== undefined) {
    const work = place.since === undefined ? "" : `${place.since}/`;
    return {
      name,
      uri: table,
      format: "table",
      schema,
      crs,
      options: output.options ?? {},
      ...partitions,
      mode: output.mode ?? "append",
      commit: `${place.outputsUri}/_committed/${work}${name}`,
    };
  }
  const { extension, ...options } = output.options ?? {};
  const format = output.format ?? "parquet";
  const ending = format === "file" && extension ? `.${extension}` : "";
  return {
    name,
    uri: `${place.outputsUri}/${number}/${name}${ending}`,
    format,
    schema,
    crs,
    options: format === "file" ? options : (output.options ?? {}),
    ...partitions,
  };
}

/** Where programs without the library find an input; the outputs of a forEach as a pattern that Hadoop's paths know. */
export function shownUri({ uri, items }: PlacedInput): string | null {
  if (uri === null || !items) return uri;
  const drivers = items.attempts.flatMap((attempt, driver) => (attempt > 0 ? [`${driver}/${attempt}`] : []));
  return uri.replace("{driver}/{attempt}", `{${drivers.join(",")}}`).replace("{item}", "*");
}

/** Items of a forEach that the driver puts in itself. */
export function placedItems({ rows, ...items }: TaskItems, place: Place): object {
  return { ...items, ...(rows ? { rows: placedInput({ ...rows, name: items.as }, place) } : {}) };
}
