import { describe, expect, it } from 'vitest';
import type { LocalServer } from '#client/local.ts';
import type { ServerQuery } from './find-server.ts';
import { findServer } from './find-server.ts';

const local: LocalServer = { address: 'http://127.0.0.1:5123', pid: 1, data: '/data', adminToken: 'mine' };

function query(overrides: Partial<ServerQuery>): ServerQuery {
  return { env: {}, dataFolder: '/data', readLocal: async () => local, ...overrides };
}

describe('findServer', () => {
  it('prefers --server, then SCITQ_SERVER, then the server of this machine', async () => {
    const env = { SCITQ_SERVER: 'two' };
    expect((await findServer(query({ server: 'one', env }))).address).toBe('http://one:5000');
    expect((await findServer(query({ env }))).address).toBe('http://two:5000');
    expect((await findServer(query({ env: { SCITQ_SERVER: '' } }))).address).toBe('http://127.0.0.1:5123');
  });

  it('prefers --token, then SCITQ_TOKEN, then the local one', async () => {
    const env = { SCITQ_TOKEN: 'two' };
    expect((await findServer(query({ token: 'one', env }))).token).toBe('one');
    expect((await findServer(query({ env }))).token).toBe('two');
    expect((await findServer(query({}))).token).toBe('mine');
  });

  it('gives the local token to the local server only, by whatever name it is called', async () => {
    expect((await findServer(query({ server: 'localhost:5123' }))).token).toBe('mine');
    expect((await findServer(query({ server: 'localhost:5124' }))).token).toBeUndefined();
    expect((await findServer(query({ server: 'elsewhere:5123' }))).token).toBeUndefined();
  });

  it('says what to do when there is none', async () => {
    const none = findServer(query({ readLocal: async () => undefined }));
    await expect(none).rejects.toMatchObject({
      report: { code: 'UNAVAILABLE', hint: expect.stringContaining('scitq server') },
    });
  });
});
