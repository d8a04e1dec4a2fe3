// Settings that the operator must own. A user who sets one gets an error that names it and says why.

type Owner = { match: (key: string) => boolean; why: string };
const exactly =
  (...keys: string[]) =>
  (key: string) =>
    keys.includes(key);
const under =
  (...prefixes: string[]) =>
  (key: string) =>
    prefixes.some((prefix) => key.startsWith(prefix));

const owners: readonly Owner[] = [
  {
    match: exactly(
      "spark.master",
      "spark.submit.deployMode",
      "spark.kubernetes.driver.master",
      "spark.kubernetes.submitInDriver",
    ),
    why: "the engine decides where Spark runs; choose another engine, or set its local.cores",
  },
  {
    match: exactly("spark.kubernetes.namespace"),
    why: "driver and executors run in the task's own namespace; nothing crosses it",
  },
  {
    match: exactly("spark.app.id", "spark.kubernetes.driver.pod.name", "spark.kubernetes.executor.podNamePrefix"),
    why: "names are made of task, run and attempt, so that no driver starts twice",
  },
  {
    match: exactly(
      "spark.driver.host",
      "spark.driver.port",
      "spark.driver.bindAddress",
      "spark.driver.blockManager.port",
      "spark.ui.port",
    ),
    why: "the operator gives the driver its address and ports",
  },
  {
    match: exactly("spark.local.dir"),
    why: "each attempt has temporary folders of its own, removed at its end",
  },
  {
    match: exactly(
      "spark.kubernetes.driver.podTemplateFile",
      "spark.kubernetes.executor.podTemplateFile",
      "spark.kubernetes.executor.podTemplateContainerName",
    ),
    why: "use driver.podTemplate and executor.podTemplate",
  },
  {
    match: exactly(
      "spark.kubernetes.container.image",
      "spark.kubernetes.driver.container.image",
      "spark.kubernetes.executor.container.image",
    ),
    why: "use the field image",
  },
  { match: exactly("spark.kubernetes.container.image.pullSecrets"), why: "use the field imagePullSecrets" },
  { match: exactly("spark.kubernetes.resource.type"), why: "it follows from the task's program" },
  { match: under("spark.kubernetes.authenticate."), why: "use the field serviceAccountName" },
];

/** Why the operator owns a key, or undefined if it is the user's. */
export const whyOwned = (key: string): string | undefined => owners.find((owner) => owner.match(key))?.why;
