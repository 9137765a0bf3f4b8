import type { TaskId } from '#core/task/ids.ts';
import type { Api } from '../../session.ts';
import { LogInbox } from './log-inbox.ts';
import type { LogPiece, Stream } from './log-reader.ts';
import { readLog } from './log-reader.ts';

export interface Followed {
  id: TaskId;
  attempt?: number | undefined;
  /** Where to begin in each stream that is wanted, in bytes. */
  from: ReadonlyMap<Stream, number>;
}

/**
 * Yields what an attempt prints, as it comes, until it has ended and all of it was yielded. Waits for a task that has
 * not begun. What the server pushes is written through when it is the piece that is due; else it is read by offset.
 */
export async function* followLog(api: Api, followed: Followed): AsyncGenerator<LogPiece, void> {
  const due = new Map(followed.from);
  const inbox = new LogInbox();
  const { id, attempt } = followed;
  const subscription = api.task.followLog.subscribe(
    { id, attempt, tail: 0 },
    {
      // What was printed before the subscription stood is not pushed.
      onStarted: () => inbox.miss(),
      onData: ({ stream, offset, data }) => {
        if (due.has(stream)) inbox.push({ stream, offset, data: Buffer.from(data, 'base64') });
      },
      onComplete: () => inbox.end(),
      onError: (error) => inbox.fail(error),
    },
  );
  try {
    for (;;) {
      const { piece, missed, ended } = await inbox.next();
      const isDue = piece !== undefined && due.get(piece.stream) === piece.offset;
      if (isDue) {
        due.set(piece.stream, piece.offset + piece.data.length);
        yield piece;
      }
      if (missed || ended || !isDue) {
        for (const [stream, offset] of due) due.set(stream, yield* readLog(api, { id, attempt, stream }, offset));
      }
      if (ended) return;
    }
  } finally {
    subscription.unsubscribe();
  }
}
