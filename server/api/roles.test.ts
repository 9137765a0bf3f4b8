import { expect, test } from 'vitest';
import { connect } from '#client/connect.ts';
import { toScitqError } from '#client/error.ts';
import { TestAgent } from '#server/test-agent.ts';
import { makeTestServer } from '#server/test-server.ts';
import { appRouter } from './router.ts';

const procedures = Object.entries(appRouter._def.procedures).map(([path, procedure]) => ({
  path,
  ...definitionOf(procedure),
}));

/** tRPC keeps all procedures in one flat record, which its types show as nested. */
function definitionOf(procedure: unknown): { type: unknown; role: unknown } {
  const definition = typeof procedure === 'function' && '_def' in procedure ? procedure._def : undefined;
  if (typeof definition !== 'object' || definition === null) throw new Error('not a procedure');
  const meta = 'meta' in definition ? definition.meta : undefined;
  const role = typeof meta === 'object' && meta !== null && 'role' in meta ? meta.role : undefined;
  return { type: 'type' in definition ? definition.type : undefined, role };
}

test('there are procedures to check', () => {
  expect(procedures.length).toBeGreaterThan(15);
});

test.each(procedures)('$path says who may call it', ({ role }) => {
  expect(['administrator', 'enrolment', 'worker']).toContain(role);
});

test('each procedure turns away every token that is not for it, before it looks at the request', async () => {
  await using on = await makeTestServer();
  await using agent = await TestAgent.enrol(on, { name: 'node1' });
  const tokens = {
    administrator: on.server.adminToken,
    enrolment: on.server.enrolToken,
    worker: agent.token,
    nobody: 'wrong',
  };
  for (const { path, type, role } of procedures) {
    if (type === 'subscription') continue;
    for (const [kind, token] of Object.entries(tokens)) {
      if (kind === role) continue;
      const response = await fetch(`${on.server.address}/trpc/${path}`, {
        method: type === 'query' ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(type === 'mutation' && { body: '{}' }),
      });
      expect([path, kind, response.status]).toEqual([path, kind, kind === 'nobody' ? 401 : 403]);
    }
  }
});

test('a subscription turns away tokens that are not for it', async () => {
  await using on = await makeTestServer();
  await using agent = await TestAgent.enrol(on, { name: 'node1' });
  const asWorker = connect({ address: on.server.address, token: agent.token });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  asWorker.api.counters.watch.subscribe(undefined, { onError: resolve, onData: () => resolve('let in') });
  expect(toScitqError(await promise).report.code).toBe('FORBIDDEN');
  await asWorker.close();
});
