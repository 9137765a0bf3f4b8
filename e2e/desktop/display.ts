import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A screen of its own for a test, by Xvfb, on a number that Xvfb chooses. */
export async function makeDisplay(): Promise<{ name: string } & AsyncDisposable> {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const numbers = child.stdio[3];
  if (numbers === null || numbers === undefined) throw new Error('Xvfb has no pipe to say its number on');
  const [number] = await once(numbers, 'data');
  return {
    name: `:${String(number).trim()}`,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
