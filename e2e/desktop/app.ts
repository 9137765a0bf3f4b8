import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ElectronApplication, Page } from 'playwright-core';
import { _electron } from 'playwright-core';
import { makeDisplay } from './display.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface DesktopApp extends AsyncDisposable {
  app: ElectronApplication;
  window: Page;
  /** Starts the app once more over the same data; resolves when that second process has ended well. */
  startAgain(): Promise<void>;
}

/** The built app in a real Electron over the data folder `data`, with its window open. Closing it is part of the scope. */
export async function openApp(data: string, colours: 'light' | 'dark' = 'light'): Promise<DesktopApp> {
  if (!existsSync(join(ROOT, 'out/main/main.js')))
    throw new Error('out/ is missing: run `npm run build:desktop` first');
  const stack = new AsyncDisposableStack();
  const display = stack.use(await makeDisplay());
  const executablePath = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? '', 'electron');
  // A sandbox needs another user than root, who runs the tests in containers.
  const args = [ROOT, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const env = { ...inherited(), DISPLAY: display.name, SCITQ_DATA: data };
  const app = await _electron.launch({ executablePath, args, env, timeout: 60_000 });
  stack.defer(() => app.close());
  const window = await app.firstWindow();
  await window.emulateMedia({ colorScheme: colours });
  return {
    app,
    window,
    startAgain: async () => {
      await promisify(execFile)(executablePath, args, { env, timeout: 30_000 });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Pictures are kept as artefacts of a run. */
export async function takePicture(window: Page, name: string): Promise<void> {
  const folder = fileURLToPath(new URL('../pictures/', import.meta.url));
  await mkdir(folder, { recursive: true });
  await window.screenshot({ path: join(folder, `${name}.png`) });
}

function inherited(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => !/^(SCITQ_|VITEST|NODE_|ELECTRON_)/.test(name));
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
