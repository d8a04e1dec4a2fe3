import nock from "nock";
import { expect, test } from "vitest";
import { createClient } from "../../../operator/kube/client.ts";
import { pods } from "../../../operator/kube/resources.ts";

test("a client's requests can be seen and answered by nock", async () => {
  const path = "/api/v1/namespaces/ns/pods/p";
  const scope = nock("https://api.test:6443", { reqheaders: { authorization: "Bearer t" } });
  scope.get(path).reply(200, { metadata: { name: "p" } });
  scope
    .patch(path, { metadata: { labels: { a: "b" } } })
    .reply(409, { kind: "Status", reason: "Conflict", message: "no" });
  const credentials = async () => ({ tls: {}, headers: { Authorization: "Bearer t" } });
  const client = createClient({ url: new URL("https://api.test:6443"), credentials, refresh: () => {} });
  expect(await client.get(pods, "ns", "p")).toEqual({ metadata: { name: "p" } });
  const patch = client.patch(pods, "ns", "p", { metadata: { labels: { a: "b" } } });
  await expect(patch).rejects.toMatchObject({ status: 409, reason: "Conflict", message: "no" });
  scope.done();
  client.close();
  nock.restore();
});
