import { app } from 'electron';

/** Milliseconds. The store is durable at every moment, so a close that hangs costs time, not tasks. */
const CLOSE_DEADLINE = 20_000;

/** Ends with the last window. `opened` is closed before the process goes, and not before the start is through. */
export function setUpQuit(started: Promise<void>, opened: AsyncDisposableStack): void {
  let closing = false;
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (closing) return;
    closing = true;
    setTimeout(() => {
      console.error(`scitq: the server did not close within ${CLOSE_DEADLINE / 1000} s; ending without it`);
      app.exit(1);
    }, CLOSE_DEADLINE);
    started
      .then(() => opened.disposeAsync())
      .then(
        () => app.exit(0),
        (error: unknown) => {
          console.error(`scitq: the server did not close cleanly: ${String(error)}`);
          app.exit(1);
        },
      );
  });
}
