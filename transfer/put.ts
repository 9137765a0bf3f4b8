import { cp, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export async function put(folder: string, uri: string, options: { signal: AbortSignal }): Promise<void> {
  options.signal.throwIfAborted();
  const path = fileURLToPath(uri);
  await mkdir(path, { recursive: true });
  await cp(folder, path, { recursive: true });
}
