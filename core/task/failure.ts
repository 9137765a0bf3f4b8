/** Why an execution ended badly. Closed: screens filter by it and people write scripts against it. */
export const FAILURE_CLASSES = [
  'command',
  'download',
  'upload',
  'timeout',
  'oom',
  'signal',
  'image',
  'lost',
  'agent',
] as const;

export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** `message` is one sentence for the person who wrote the task: what happened, and what to do where that is known. */
export interface Failure {
  class: FailureClass;
  message: string;
  exitCode?: number;
}
