import type { TaskId } from '#core/task/ids.ts';
import type { Api } from '../../session.ts';

export type Stream = 'stdout' | 'stderr';
export const STREAMS: readonly Stream[] = ['stdout', 'stderr'];

/** Bytes asked for at once: the memory that a log of any size costs. */
const PIECE = 1_048_576;
/** How far back the search for the last lines goes at once. */
const TAIL_PIECE = 65_536;

export interface LogPosition {
  id: TaskId;
  attempt?: number | undefined;
  stream: Stream;
}

export interface LogPiece {
  stream: Stream;
  /** Where in the stream the data begin, in bytes. */
  offset: number;
  data: Buffer;
}

/** Reads a stream from `offset` to where it ends now, piece by piece. Returns the offset it came to. */
export async function* readLog(api: Api, at: LogPosition, offset: number): AsyncGenerator<LogPiece, number> {
  let next = offset;
  for (;;) {
    const answer = await api.task.log.query({ ...at, offset: next, limit: PIECE });
    const data = Buffer.from(answer.data, 'base64');
    if (data.length > 0) yield { stream: at.stream, offset: answer.offset, data };
    next = answer.offset + data.length;
    if (data.length === 0 || next >= answer.size) return next;
  }
}

/** The offset at which the last `lines` lines of a stream begin; a line that does not end yet counts. */
export async function offsetOfTail(api: Api, at: LogPosition, lines: number): Promise<number> {
  const { size } = await api.task.log.query({ ...at, offset: -1, limit: 1 });
  if (lines === 0) return size;
  let wanted = lines;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - TAIL_PIECE);
    const answer = await api.task.log.query({ ...at, offset: start, limit: end - start });
    const data = Buffer.from(answer.data, 'base64');
    // The newline that ends the last line does not begin another.
    let from = end === size ? data.length - 2 : data.length - 1;
    for (; from >= 0; from -= 1) {
      const newline = data.lastIndexOf(0x0a, from);
      if (newline < 0) break;
      wanted -= 1;
      if (wanted === 0) return start + newline + 1;
      from = newline;
    }
    end = start;
  }
  return 0;
}
