// The place of an attempt on a cluster, as render needs it.
import type { Place } from "../../task/place.ts";
import type { ResolvedTask } from "../../task/resolve.ts";
import { engineEnv } from "./environment.ts";
import { type AttemptIdentity, attemptNames } from "./names.ts";
import { ownedSettings } from "./ownedSettings.ts";
import { attemptDir } from "./paths.ts";
import { outputsUri, runUri } from "./storage.ts";

/** Nothing is anywhere else than the manifest says: URIs are for driver and executors to read. */
export const clusterPlace = (task: ResolvedTask, identity: AttemptIdentity): Place => ({
  attemptDir,
  outputsUri: outputsUri(task, identity),
  runUri: runUri(task, identity),
  ...(identity.flowUid === undefined && identity.since !== undefined ? { since: identity.since } : {}),
  owned: ownedSettings(task, attemptNames(identity)),
  locate: (uri) => uri,
  env: engineEnv,
  jvmOptions: [],
});
