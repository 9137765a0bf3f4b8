import './bridge.ts';
import { contextBridge, ipcRenderer } from 'electron';

const connectionChannel: ScitqChannels['connection'] = 'scitq:connection';

const bridge: ScitqBridge = {
  connection: () => ipcRenderer.invoke(connectionChannel),
};

contextBridge.exposeInMainWorld('scitq', bridge);
