// Every example; each is run on a laptop (test/spark), applied to an API server (test/cluster) and run on a cluster (test/e2e).
import { branching } from "./branching.ts";
import type { Example } from "./example.ts";
import { fanOut } from "./fan-out.ts";
import { geoCities } from "./geo-cities.ts";
import { gitops } from "./gitops.ts";
import { helmChart } from "./helm-chart.ts";
import { mapJobs } from "./map-jobs.ts";
import { mlPipeline } from "./ml-pipeline.ts";
import { nightly } from "./nightly.ts";
import { typedTables } from "./typed-tables.ts";
import { wordCount } from "./word-count.ts";

export const examples: Example[] = [
  wordCount,
  geoCities,
  branching,
  fanOut,
  mapJobs,
  mlPipeline,
  nightly,
  typedTables,
  gitops,
  helmChart,
];
