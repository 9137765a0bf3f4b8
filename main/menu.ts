import type { MenuItemConstructorOptions } from 'electron';
import { app, Menu, shell } from 'electron';

/** The menu bar; on Windows and Linux Alt shows it. `data` is the folder of the embedded server. */
export function setUpMenu(data: string): void {
  const openData: MenuItemConstructorOptions = { label: 'Open Data Folder', click: () => void shell.openPath(data) };
  const template: MenuItemConstructorOptions[] = [
    process.platform === 'darwin'
      ? { label: app.name, submenu: [openData, { type: 'separator' }, { role: 'hide' }, { role: 'quit' }] }
      : { label: '&File', submenu: [openData, { type: 'separator' }, { role: 'quit' }] },
    { label: '&Edit', submenu: [{ role: 'copy' }, { role: 'selectAll' }] },
    {
      label: '&View',
      submenu: [
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
