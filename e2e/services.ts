import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';

/** What some tests need beside Node, and how one gets it. */
const SERVICES = {
  docker: {
    needs: 'a docker engine (DOCKER_HOST, or /var/run/docker.sock) with an image alpine:latest',
    isThere: dockerAnswers,
  },
  electron: {
    needs: 'Xvfb, and an Electron (ELECTRON_OVERRIDE_DIST_PATH, or the one npm downloads at first start)',
    isThere: async () => existsSync('/usr/bin/Xvfb') && process.env.ELECTRON_OVERRIDE_DIST_PATH !== undefined,
  },
  smallDisk: {
    needs: 'the right to mount a tmpfs (Linux, as root)',
    isThere: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'scitq-mount-'));
      const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder]).status === 0;
      if (isMounted) spawnSync('umount', [folder]);
      rmdirSync(folder);
      return isMounted;
    },
  },
} as const;

/**
 * A suite that needs a service. Where it is missing the suite is skipped and its title says what it needs; with
 * SCITQ_REQUIRE_SERVICES=1 it fails instead.
 */
export async function describeWith(service: keyof typeof SERVICES, title: string, suite: () => void): Promise<void> {
  const { needs, isThere } = SERVICES[service];
  if (await isThere()) {
    describe(title, suite);
  } else if (process.env.SCITQ_REQUIRE_SERVICES === '1') {
    test(`${title} [needs ${needs}]`, () => {
      throw new Error(`SCITQ_REQUIRE_SERVICES=1, but there is not ${needs}.`);
    });
  } else {
    describe.skip(`${title} [needs ${needs}]`, suite);
  }
}

async function dockerAnswers(): Promise<boolean> {
  const socketPath = process.env.DOCKER_HOST?.startsWith('unix://')
    ? process.env.DOCKER_HOST.slice('unix://'.length)
    : '/var/run/docker.sock';
  if (!existsSync(socketPath)) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const asking = request({ socketPath, path: '/images/alpine:latest/json', timeout: 5_000 }, (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  });
  asking.once('error', () => resolve(false));
  asking.once('timeout', () => resolve(false));
  asking.end();
  return promise;
}
