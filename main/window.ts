import { fileURLToPath } from 'node:url';
import { BrowserWindow, nativeTheme } from 'electron';

const PRELOAD = fileURLToPath(new URL('../preload/preload.cjs', import.meta.url));

/** The grounds of the two designs in renderer/look/colours.css, shown until the first paint. */
const GROUND = { light: '#f4f5f7', dark: '#111418' } as const;

/** Opens the window on the screens of the server at `address`. Resolves once they are loaded. */
export async function setUpWindow(address: string): Promise<void> {
  const window = new BrowserWindow({
    title: 'scitq',
    width: 1280,
    height: 800,
    minWidth: 640,
    minHeight: 400,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? GROUND.dark : GROUND.light,
    webPreferences: {
      preload: PRELOAD,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      // The checker would fetch its dictionaries from the internet.
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  await window.loadURL(`${address}/`);
}
