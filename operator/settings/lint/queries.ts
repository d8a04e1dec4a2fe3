// Lint rules about serialisation, Sedona and adaptive execution.
import { assignment, type ConfView, type Finding, type Rule } from "./view.ts";

const kryo = "org.apache.spark.serializer.KryoSerializer";
const gib = 1024 ** 3;
const sedonaRegistrators = [
  "org.apache.sedona.core.serde.SedonaKryoRegistrator",
  "org.apache.sedona.viz.core.Serde.SedonaVizKryoRegistrator",
];
const sedonaExtension = "org.apache.sedona.sql.SedonaSqlExtensions";

const isKryo = (conf: ConfView): boolean => conf.value("spark.serializer") === kryo;
const names = (conf: ConfView, key: string): string[] => (conf.value(key) ?? "").split(",").map((name) => name.trim());

/** KryoSerializer: "must be less than 2048 MiB". */
const kryoTooLarge: Rule = (conf) =>
  ["spark.kryoserializer.buffer", "spark.kryoserializer.buffer.max"].flatMap((key): Finding[] =>
    isKryo(conf) && (conf.bytes(key) ?? 0) >= 2 * gib
      ? [
          {
            keys: [key],
            message: `${assignment(conf, key)} isn't below 2048m, so Spark refuses to start; write at most 2047m`,
          },
        ]
      : [],
  );

/** KryoSerializer takes the greater of the two as the largest size. */
const kryoBufferAboveMax: Rule = (conf) => {
  const [first, max] = ["spark.kryoserializer.buffer", "spark.kryoserializer.buffer.max"] as const;
  const [a, b] = [conf.bytes(first), conf.bytes(max)];
  if (!isKryo(conf) || a === undefined || b === undefined || a <= b) return [];
  return [
    {
      keys: [first, max],
      message: `${assignment(conf, first)} is above ${assignment(conf, max)}, which then has no effect; lower ${first}, of which each core has one, or raise ${max}`,
    },
  ];
};

const kryoSettingsWithoutKryo: Rule = (conf) =>
  isKryo(conf) || /\$[({]/.test(conf.value("spark.serializer") ?? "")
    ? []
    : conf.settings
        .filter(({ key }) => key.startsWith("spark.kryo"))
        .map(({ key }) => ({
          keys: [key, "spark.serializer"],
          message: `${key} has no effect while ${assignment(conf, "spark.serializer")}; set spark.serializer=${kryo}, or remove it`,
        }));

const registratorWithoutExtension: Rule = (conf) => {
  const [registrator, extensions] = ["spark.kryo.registrator", "spark.sql.extensions"] as const;
  const wrong =
    names(conf, registrator).some((name) => sedonaRegistrators.includes(name)) &&
    !names(conf, extensions).includes(sedonaExtension);
  return wrong
    ? [
        {
          keys: [registrator, extensions],
          message: `${registrator} is Sedona's, but SQL won't know its functions: add ${sedonaExtension} to ${extensions}, unless your code calls SedonaContext.create`,
        },
      ]
    : [];
};

const extensionWithoutRegistrator: Rule = (conf) => {
  const [registrator, extensions] = ["spark.kryo.registrator", "spark.sql.extensions"] as const;
  const wrong =
    names(conf, extensions).includes(sedonaExtension) &&
    !names(conf, registrator).some((name) => sedonaRegistrators.includes(name));
  return wrong
    ? [
        {
          keys: [extensions, registrator],
          message: `${extensions} has Sedona's, but geometries are shuffled without its serialiser; set spark.serializer=${kryo} and ${registrator}=${sedonaRegistrators[0]}`,
        },
      ]
    : [];
};

/** CoalesceShufflePartitions: parallelismFirst lowers the target to what keeps every core busy. */
const advisorySizeIgnored: Rule = (conf) => {
  const [size, first] = [
    "spark.sql.adaptive.advisoryPartitionSizeInBytes",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst",
  ] as const;
  if (!conf.has(size) || !merges(conf) || !conf.on(first)) return [];
  return [
    {
      keys: [size, first],
      message: `${size} is ignored where small partitions are merged, since ${first} is true; set ${first}=false`,
    },
  ];
};

/** CoalesceShufflePartitions begins with initialPartitionNum, and shuffle.partitions is used only where that isn't set. */
const initialPartitionsWin: Rule = (conf) => {
  const [partitions, initial] = [
    "spark.sql.shuffle.partitions",
    "spark.sql.adaptive.coalescePartitions.initialPartitionNum",
  ] as const;
  if (!conf.has(partitions) || !conf.has(initial) || !merges(conf) || conf.value(partitions) === conf.value(initial))
    return [];
  return [
    {
      keys: [partitions, initial],
      message: `${assignment(conf, partitions)} has no effect beside ${assignment(conf, initial)}, with which adaptive execution begins; set both to the same, or remove one`,
    },
  ];
};

const merges = (conf: ConfView): boolean =>
  conf.on("spark.sql.adaptive.enabled") && conf.on("spark.sql.adaptive.coalescePartitions.enabled");

export const queryRules: readonly Rule[] = [
  kryoTooLarge,
  kryoBufferAboveMax,
  kryoSettingsWithoutKryo,
  registratorWithoutExtension,
  extensionWithoutRegistrator,
  advisorySizeIgnored,
  initialPartitionsWin,
];
