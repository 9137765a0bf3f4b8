import type { Connection } from './connection.ts';

/** Parts of submissions that are too long for one request, until they are committed. */
export function makeSubmissions(connection: Connection) {
  const put = connection.prepare<[submission: string, part: number, at: number, tasks: string]>(
    `INSERT INTO submission_part (submission, part, created_at, tasks) VALUES (?, ?, ?, ?)
     ON CONFLICT (submission, part) DO UPDATE SET created_at = excluded.created_at, tasks = excluded.tasks`,
  );
  const part = connection.prepare<[submission: string, part: number], { tasks: string }>(
    'SELECT tasks FROM submission_part WHERE submission = ? AND part = ?',
  );
  const remove = connection.prepare<[submission: string]>('DELETE FROM submission_part WHERE submission = ?');
  const removeBefore = connection.prepare<[at: number]>(
    `DELETE FROM submission_part WHERE submission IN
       (SELECT submission FROM submission_part GROUP BY submission HAVING MAX(created_at) < ?)`,
  );

  return {
    put(submission: string, number: number, tasks: string, at: number): void {
      put.run(submission, number, at, tasks);
    },

    part(submission: string, number: number): string | undefined {
      return part.get(submission, number)?.tasks;
    },

    remove(submission: string): void {
      remove.run(submission);
    },

    /** A submission goes as a whole, by its newest part: one that is still being sent keeps its first parts. */
    removeBefore(at: number): void {
      removeBefore.run(at);
    },
  };
}
