import { cp, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export async function get(uri: string, folder: string, options: { signal: AbortSignal }): Promise<void> {
  options.signal.throwIfAborted();
  const path = fileURLToPath(uri);
  await stat(path);
  await cp(path, uri.endsWith('/') ? folder : join(folder, basename(path)), { recursive: true });
}
