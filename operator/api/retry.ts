// Asking for a retry: an annotation on a task or run, which its status answers. What was asked while the work was under way
// is answered, too, so that it isn't done later to everybody's surprise.

/** A new value asks for a retry of a task or run that has ended. */
export const retryAnnotation = "sparkflow.dev/retry-requested-at";
/** On a run, beside it: a task that runs again with all that depends on it, even where it has succeeded. */
export const retryFromAnnotation = "sparkflow.dev/retry-from";
/** Longest value that a status keeps. */
export const longestRequest = 253;

type Asked = {
  metadata: { annotations?: Record<string, string> | undefined };
  status?: { retry?: { requestedAt?: string | undefined } | undefined } | undefined;
};

/** The request, as a status answers it; undefined if there is none. */
export const requestedRetry = ({ metadata }: Asked): string | undefined =>
  metadata.annotations?.[retryAnnotation]?.slice(0, longestRequest) || undefined;

/** The request if the status doesn't answer it yet. */
export function unansweredRetry(object: Asked): string | undefined {
  const requested = requestedRetry(object);
  return requested === object.status?.retry?.requestedAt ? undefined : requested;
}
