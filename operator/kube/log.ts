// What this folder needs of a logger; pino's fits as it is.

type Write = (fields: object, message: string) => void;
export type Log = { debug: Write; info: Write; warn: Write; error: Write };

const nothing: Write = () => {};

/** A logger that says nothing. */
export const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
