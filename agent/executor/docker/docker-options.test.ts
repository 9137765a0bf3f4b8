import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseContainerOptions } from './docker-options.ts';

test('reads what docker run reads', () => {
  const words =
    '-m 1.5g --cpus=.5 --network none --entrypoint /bin/sh -e A=1 -eB=x=y --env C= -v /data:/d:ro --shm-size 64k --gpus all';
  expect(parseContainerOptions(words.split(' '))).toEqual({
    ok: true,
    options: {
      memory: 1.5 * 1024 ** 3,
      nanoCpus: 5e8,
      network: 'none',
      entrypoint: '/bin/sh',
      env: ['A=1', 'B=x=y', 'C='],
      volumes: ['/data:/d:ro'],
      shmSize: 65536,
      allGpus: true,
    },
  });
  expect(parseContainerOptions([])).toEqual({ ok: true, options: { env: [], volumes: [], allGpus: false } });
});

describe('names what is wrong', () => {
  test.each<[string[], string]>([
    [['--memroy', '1g'], '"--memroy" is not known'],
    [['--privileged'], '"--privileged" is not known'],
    [['toString'], '"toString" is not known'],
    [['--memory'], '"--memory" needs a value'],
    [['--memory='], '"--memory" needs a value'],
    [['-m', 'lots'], '"lots" is not a size'],
    [['--memory', '0'], '"0" is not a size'],
    [['--cpus', '0'], '"0" is not a number of CPUs'],
    [['--cpus', '1e9'], '"1e9" is not a number of CPUs'],
    [['-e', 'HOME'], '"HOME" is not NAME=VALUE'],
    [['-v', '/data'], '"/data" is not HOST:CONTAINER'],
    [['--gpus', '2'], '"2" is not "all"'],
  ])('%j', (words, message) => {
    expect(parseContainerOptions(words)).toEqual({ ok: false, message: expect.stringContaining(message) });
  });

  test('and never throws', () => {
    fc.assert(fc.property(fc.array(fc.string()), (words) => void parseContainerOptions(words)));
  });
});
