import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Writes bytes as they are, and waits when the reader is slower than we are, so that nothing piles up in memory. */
export async function writeBytes(stream: Writable, bytes: Uint8Array): Promise<void> {
  if (bytes.length > 0 && !stream.write(bytes)) await once(stream, 'drain');
}
