import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocketServer } from 'ws';
import { openPlainDatabase } from './plain-database.ts';

// Answers each message after it has committed one row, and the row is on the disk.
const database = openPlainDatabase(String(workerData));
const insert = database.prepare<[name: string]>('INSERT INTO batch (name, created_at) VALUES (?, 0)');
let rows = 0;
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket) => {
  socket.on('message', (message) => {
    rows += 1;
    insert.run(String(rows));
    socket.send(message);
  });
});
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('the reference has no port');
parentPort?.postMessage(address.port);
