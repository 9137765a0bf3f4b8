import { usageError } from '../errors.ts';

/** The port that both ends assume when none is given. */
export const DEFAULT_PORT = 5000;

/**
 * Reads a server's address as people write it, `host`, `host:port`, `[::1]:port` or a URL, and returns a URL without
 * a slash at its end. `origin` names where the text came from, for the message.
 * @throws CliError (USAGE) when it is none of these.
 */
export function parseAddress(text: string, origin: string): string {
  const address = text.trim();
  const refuse = (why: string) =>
    usageError(
      `${origin} is '${text}', which is not the address of a server: ${why}`,
      'Write it as host, host:port or http://host:port',
    );
  if (address === '') throw refuse('it is empty');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (scheme !== undefined) {
    if (scheme !== 'http' && scheme !== 'https') throw refuse(`${scheme}:// is not a way to reach one`);
    return withoutSlash(urlOf(address, refuse));
  }
  const bare = address.split(':').length > 2 && !address.startsWith('[') ? `[${address}]` : address;
  const match = /^(\[[0-9a-f:.%]+\]|[^[\]:/?#@\s]+)(?::(.*))?$/i.exec(bare);
  const host = match?.[1];
  if (host === undefined) throw refuse('it has characters that no host name has');
  const port = match?.[2];
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    throw refuse(`'${port}' is not a port, a number from 1 to 65535`);
  }
  return withoutSlash(urlOf(`http://${host}:${port ?? DEFAULT_PORT}`, refuse));
}

function urlOf(text: string, refuse: (why: string) => Error): URL {
  if (!URL.canParse(text)) throw refuse('it is not a valid URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw refuse('it holds a password, which belongs in SCITQ_TOKEN');
  return url;
}

function withoutSlash(url: URL): string {
  // The URL parser drops a port that is its scheme's own, which is right for http://host and for http://host:80 alike.
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
