/** A path that starts at the manifest's folder: neither a URI, nor absolute, nor made by a template. */
export const isRelative = (uri: string): boolean => uri !== "" && !/^[a-z][a-z0-9+.-]*:|^\/|\$\(/i.test(uri);

/** A URL that Spark can't read as data: the driver brings it to the storage first. */
export const isWeb = (uri: string): boolean => /^https?:\/\//i.test(uri);
