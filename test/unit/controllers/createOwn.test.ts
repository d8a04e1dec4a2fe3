// What is made under a name that says what it is, is made once, whoever tries again.
import { describe, expect, it } from "vitest";
import type { Context } from "../../../operator/controllers/context.ts";
import { createOwn } from "../../../operator/controllers/createOwn.ts";
import { ApiError } from "../../../operator/kube/errors.ts";
import { configMaps } from "../../../operator/kube/resources.ts";

const owner = (uid: string, controller = true) => ({ apiVersion: "v1", kind: "SparkTask", name: "a", uid, controller });
const object = (uid: string, controller = true) => ({
  metadata: { name: "it", ownerReferences: [owner(uid, controller)] },
});

/** An API server that has this object already, or answers a create with this error. */
const serverWith = (there?: object, error = new ApiError(409, "AlreadyExists", "it is there")): Context =>
  ({
    client: {
      create: async (_resource: unknown, _namespace: unknown, body: object) => {
        if (there) throw error;
        return body;
      },
      get: async () => there,
    },
  }) as unknown as Context;
const make = (ctx: Context) => createOwn(ctx, configMaps, "default", object("mine"));

describe("an object that is to be made", () => {
  it("is made where there is none of its name", async () => {
    expect(await make(serverWith())).toEqual({ object: object("mine"), existed: false });
  });

  it("is found where the same owner has made it before", async () => {
    expect(await make(serverWith(object("mine")))).toEqual({ object: object("mine"), existed: true });
  });

  it.each([
    ["of an owner of the same name but another uid", object("former")],
    ["which its owner doesn't control", object("mine", false)],
    ["that nobody owns", { metadata: { name: "it" } }],
  ])("isn't taken to be one %s", async (_which, there) => {
    expect(await make(serverWith(there))).toBeUndefined();
  });

  it("is refused in the API server's words for any other reason", async () => {
    const error = new ApiError(403, "Forbidden", "exceeded quota");
    await expect(make(serverWith(object("mine"), error))).rejects.toBe(error);
  });
});
