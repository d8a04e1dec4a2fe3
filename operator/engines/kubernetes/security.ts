// What makes every pod pass Pod Security restricted.

/** Spark's user in the image; a name alone (`USER spark`) doesn't satisfy runAsNonRoot. */
const sparkUid = 185;

export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: sparkUid,
  runAsGroup: sparkUid,
  fsGroup: sparkUid,
  seccompProfile: { type: "RuntimeDefault" },
};
export const containerSecurity = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
