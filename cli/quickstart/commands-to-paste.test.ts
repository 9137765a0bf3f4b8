import { describe, expect, it } from 'vitest';
import { CommandsToPaste } from './commands-to-paste.ts';

const cwd = '/home/ada/project';
const npm = { npm_execpath: '/usr/lib/npm' };

describe('commands to paste', () => {
  it('name the data folder as short as possible', () => {
    const near = new CommandsToPaste(
      { cwd, env: npm, script: 'dist/scitq.js' },
      '/home/ada/project/quickstart-results/server',
    );
    expect(near.scitq('task', 'list')).toBe('SCITQ_DATA=quickstart-results/server npx scitq task list');
    expect(near.server(2)).toBe('npx scitq server --data quickstart-results/server --workers 2');
    const far = new CommandsToPaste({ cwd, env: npm, script: 'dist/scitq.js' }, '/tmp/my data');
    expect(far.scitq('task', 'list')).toBe("SCITQ_DATA='/tmp/my data' npx scitq task list");
  });

  it('are not led elsewhere by the environment', () => {
    const env = { ...npm, SCITQ_SERVER: 'lab', SCITQ_TOKEN: '' };
    const paste = new CommandsToPaste({ cwd, env, script: 'x.js' }, `${cwd}/data`);
    expect(paste.scitq('status')).toBe('env -u SCITQ_SERVER SCITQ_DATA=data npx scitq status');
  });

  it('call the program as it was called', () => {
    const byName = new CommandsToPaste({ cwd, env: {}, script: '/usr/local/bin/scitq' }, `${cwd}/data`);
    expect(byName.scitq('status')).toBe('SCITQ_DATA=data scitq status');
    const elsewhere = new CommandsToPaste({ cwd, env: npm, script: '/opt/scitq/dist/scitq.js' }, `${cwd}/data`);
    expect(elsewhere.scitq('status')).toBe('SCITQ_DATA=data node /opt/scitq/dist/scitq.js status');
    const byPath = new CommandsToPaste({ cwd, env: {}, script: `${cwd}/dist/scitq.js` }, `${cwd}/data`);
    expect(byPath.scitq('status')).toBe('SCITQ_DATA=data node dist/scitq.js status');
  });
});
