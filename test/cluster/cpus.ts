// A node that offers more CPUs than the machine has. Spark's pods ask for whole cores, four for local[4]: on a machine of two
// they would wait for ever. Processor time is shared all the same; memory, which isn't, is offered as it is.
import { nodeName } from "./node.ts";

type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** Lets the API server write the number into whatever the kubelet says of its node. */
export async function offerCpus(kubectl: Kubectl, cpus: number): Promise<void> {
  const set = ["capacity", "allocatable"].map(
    (field) => `JSONPatch{op: "replace", path: "/status/${field}/cpu", value: "${cpus}"}`,
  );
  const metadata = { name: "sparkflow-test-cpus" };
  const policy = {
    apiVersion: "admissionregistration.k8s.io/v1beta1",
    kind: "MutatingAdmissionPolicy",
    metadata,
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            resources: ["nodes", "nodes/status"],
            operations: ["CREATE", "UPDATE"],
          },
        ],
      },
      matchConditions: [
        { name: "our-node", expression: `object.metadata.name == "${nodeName}"` },
        {
          name: "says-cpus",
          expression:
            'has(object.status.capacity) && "cpu" in object.status.capacity && "cpu" in object.status.allocatable',
        },
      ],
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: `[${set.join(", ")}]` } }],
    },
  };
  const binding = { ...policy, kind: "MutatingAdmissionPolicyBinding", spec: { policyName: metadata.name } };
  const objects = { apiVersion: "v1", kind: "List", items: [policy, binding] };
  await kubectl(["apply", "--server-side", "-f", "-"], JSON.stringify(objects));
}
