import { app, dialog } from 'electron';
import { ScitqError } from '#core/contract/errors.ts';

/** The app is of no use without its server: says why it could not start, on the terminal and on screen, and ends. */
export function explainFailedStart(error: unknown): void {
  const reason = reasonOf(error);
  console.error(`scitq could not start: ${reason}`);
  dialog.showErrorBox('scitq could not start', reason);
  app.exit(1);
}

function reasonOf(error: unknown): string {
  if (error instanceof ScitqError) return [error.report.message, error.report.hint].filter(Boolean).join('\n');
  return error instanceof Error ? error.message : String(error);
}
