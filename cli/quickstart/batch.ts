import { quoteWords } from '#core/task/command.ts';
import type { TaskInput } from '../commands/task/task-input.ts';

export const TRUNCATED_TASK = 'truncated-on-purpose';
export const FLAKY_TASK = 'flaky-download';
const READ_LENGTH_TASK = 'read-length';
const SUMMARY_TASK = 'summary';

/** Retries that the flaky task has, and uses. */
const FLAKY_RETRIES = 2;

export interface QuickstartFiles {
  /** Sound samples, at least two, by absolute path; `/…/sample-01.fastq.gz`. */
  sound: readonly string[];
  /** A sample that was cut short. */
  truncated: string;
  /** The script that computes a sample's figures. */
  script: string;
  /** Where results go: an absolute path. */
  results: string;
}

/** What the tasks leave, below the folder of the results. */
export const RESULT_FILES = {
  statsFolder: 'stats',
  checksumFolder: 'checksums',
  readLengthFolder: 'read-lengths',
  summary: 'summary.tsv',
} as const;

/** `sample-01` of `/…/sample-01.fastq.gz`. */
export function sampleName(file: string): string {
  return baseName(file).replace(/\.fastq\.gz$/, '');
}

/**
 * The batch of the quick start: a task for each sample, one of a truncated file that fails, one that fails twice and is
 * retried, one that depends on a sample's task and uses its result, and one that gathers what there is when all others
 * have ended.
 */
export function quickstartBatch(files: QuickstartFiles): TaskInput[] {
  const { sound, truncated } = files;
  const [first, second = first] = sound;
  if (first === undefined || second === undefined) throw new Error('the quick start has no samples');
  const others: TaskInput[] = [
    ...sound.map((file) => sampleTask(files, file, sampleName(file))),
    sampleTask(files, truncated, TRUNCATED_TASK),
    flakyTask(files, second),
    readLengthTask(files, first),
  ];
  return [
    ...others,
    summaryTask(
      files,
      others.flatMap(({ name }) => name ?? []),
    ),
  ];
}

function sampleTask(files: QuickstartFiles, sample: string, name: string): TaskInput {
  return {
    name,
    shell: 'sh',
    command: `sh "$RESOURCE"/${word(baseName(files.script))} "$INPUT"/${word(baseName(sample))}`,
    input: [fileUri(sample)],
    resource: [fileUri(files.script)],
    output: folderUri(files, RESULT_FILES.statsFolder),
  };
}

function flakyTask(files: QuickstartFiles, sample: string): TaskInput {
  const name = baseName(sample);
  return {
    name: FLAKY_TASK,
    shell: 'sh',
    command: [
      `if [ "$SCITQ_ATTEMPT" -le ${FLAKY_RETRIES} ]; then`,
      '  echo "attempt $SCITQ_ATTEMPT: the connection was reset, as flaky archives do" >&2',
      '  exit 1',
      'fi',
      `cd "$INPUT" && cksum ${word(name)} > "$OUTPUT"/${word(`${sampleName(sample)}.cksum`)}`,
    ].join('\n'),
    input: [fileUri(sample)],
    output: folderUri(files, RESULT_FILES.checksumFolder),
    retry: FLAKY_RETRIES,
  };
}

function readLengthTask(files: QuickstartFiles, sample: string): TaskInput {
  const name = sampleName(sample);
  const perRead = `awk -F '\\t' '{ printf "%s\\t%.1f bases a read\\n", $1, $3 / $2 }'`;
  return {
    name: READ_LENGTH_TASK,
    shell: 'sh',
    command: `${perRead} "$INPUT"/${word(`${name}.tsv`)} > "$OUTPUT"/${word(`${name}.txt`)}`,
    input: [`${folderUri(files, RESULT_FILES.statsFolder)}${name}.tsv`],
    output: folderUri(files, RESULT_FILES.readLengthFolder),
    dependency: [name],
  };
}

function summaryTask(files: QuickstartFiles, others: string[]): TaskInput {
  return {
    name: SUMMARY_TASK,
    shell: 'sh',
    command: [
      'table="$OUTPUT"/summary.tsv',
      `printf 'file\\treads\\tbases\\tgc_percent\\tmean_quality\\n' > "$table"`,
      `find "$INPUT" -type f -name '*.tsv' -exec cat {} + | sort >> "$table"`,
    ].join('\n'),
    input: [folderUri(files, RESULT_FILES.statsFolder)],
    output: `${fileUri(files.results)}/`,
    after: others,
  };
}

function folderUri(files: QuickstartFiles, folder: string): string {
  return `${fileUri(files.results)}/${folder}/`;
}

/** A URI takes a path as it is written, and has no way to write a `*`, a `|` or a control character. */
function fileUri(path: string): string {
  return `file://${path}`;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function word(text: string): string {
  return quoteWords([text]);
}
