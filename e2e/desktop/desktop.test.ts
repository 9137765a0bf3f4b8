import { once } from 'node:events';
import { expect } from 'vitest';
import { test } from '#e2e/programs/test.ts';
import { describeWith } from '#e2e/services.ts';
import { openApp, takePicture } from './app.ts';

await describeWith('electron', 'the desktop app', () => {
  test('starts with a server and a worker of its own, and its window follows what happens', async ({ programs }) => {
    const data = await programs.folder('desktop');
    await using desktop = await openApp(data);
    const { window } = desktop;
    const run = (...argv: string[]) => programs.runCli(argv, { env: { SCITQ_DATA: data } });

    // The empty state says what to do next, with the command for it.
    await window.getByText('scitq task create').first().waitFor();
    await takePicture(window, 'home-empty-light');

    expect(await run('task', 'create', '--wait', '--', 'echo', 'hello')).toMatchObject({ code: 0 });
    await window.getByRole('row', { name: /^Default.*100 %/ }).waitFor();
    expect((await run('task', 'output', '1')).stdout).toBe('hello\n');
    await run('task', 'create', '--batch', 'later', '--', 'true');
    await window.getByRole('row', { name: /^later/ }).waitFor();
    await takePicture(window, 'home-light');
    await window.emulateMedia({ colorScheme: 'dark' });
    await takePicture(window, 'home-dark');
  });

  test('its screens can reach nothing but their server', async ({ programs }) => {
    await using desktop = await openApp(await programs.folder('desktop'));
    const { window } = desktop;
    const address = window.url();
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(
      await window.evaluate(() => [
        typeof Reflect.get(globalThis, 'require'),
        typeof Reflect.get(globalThis, 'process'),
      ]),
    ).toEqual(['undefined', 'undefined']);
    expect(await window.evaluate(() => Object.keys(Reflect.get(globalThis, 'scitq')))).toEqual(['connection']);
    expect(
      await window.evaluate(() =>
        fetch('http://127.0.0.1:9/').then(
          () => 'reached',
          () => 'refused',
        ),
      ),
    ).toBe('refused');
    expect(await window.evaluate(() => globalThis.open('http://127.0.0.1:9/') === null)).toBe(true);
    await window.evaluate(() => globalThis.location.assign('http://127.0.0.1:9/'));
    expect(window.url()).toBe(address);
    expect(await window.evaluate(() => Notification.requestPermission())).toBe('denied');
  });

  test('a second start gives way to the first, and quitting leaves nothing behind', async ({ programs }) => {
    const data = await programs.folder('desktop');
    {
      await using first = await openApp(data);
      await first.startAgain();
      expect((await programs.runCli(['status'], { env: { SCITQ_DATA: data } })).code).toBe(0);
      const ended = once(first.app.process(), 'exit');
      await first.app.evaluate(({ app }) => app.quit());
      expect(await ended).toEqual([0, null]);
    }
    expect((await programs.runCli(['status'], { env: { SCITQ_DATA: data } })).code).toBe(3);
  });
});
