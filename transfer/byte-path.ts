/**
 * Names of files are bytes, not always UTF-8. Inside this folder a path is a string with one character per byte
 * (latin1): every name survives, and joining, splitting and comparing work as on any string, for `/` is one byte.
 */
export type BytePath = string;

/** From a path as people and programs write it. */
export function bytePath(path: string): BytePath {
  return Buffer.from(path).toString('latin1');
}

/** What the system calls take. */
export function raw(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1');
}

/** For people. Bytes that are not UTF-8 show as �. */
export function shown(path: BytePath): string {
  return raw(path).toString();
}
