import { constants } from 'node:fs';
import { access, readdir, rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeWritableFolder } from '#transfer/writable-folder.ts';
import { CliError } from '../errors.ts';
import type { QuickstartFiles } from './batch.ts';
import { RESULT_FILES, sampleName } from './batch.ts';

/** The quick start's files that come with the package: in resources/ beside dist/, or beside this folder. */
const RESOURCE_FOLDERS = ['../resources/quickstart/', '../../resources/quickstart/'] as const;

const SCRIPT = 'fastq-stats.sh';
const TOOLS = ['sh', 'gzip', 'awk', 'find', 'sort', 'cksum'] as const;

export interface QuickstartFolders extends QuickstartFiles {
  /** The server's data folder, absolute. */
  data: string;
}

/**
 * Finds the samples, makes the folders, and removes what an earlier run left of the files that this one will write.
 * @throws CliError when something that the quick start needs is missing or cannot be written.
 */
export async function prepareFolders(given: {
  results?: string | undefined;
  data?: string | undefined;
}): Promise<QuickstartFolders> {
  await checkTools();
  const resources = await resourceFolder();
  const names = (await readdir(resources)).filter((name) => name.endsWith('.fastq.gz')).sort();
  const truncated = names.find((name) => name.includes('truncated'));
  const sound = names.filter((name) => name !== truncated).map((name) => join(resources, name));
  if (truncated === undefined || sound.length < 2) throw incomplete(resources);
  const results = resolve(given.results ?? 'quickstart-results');
  const data = given.data === undefined ? join(results, 'server') : resolve(given.data);
  checkName(results, 'Choose another one with --results FOLDER');
  checkName(resources, 'Install the package elsewhere');
  await makeWritable(results, '--results');
  await makeWritable(data, '--data');
  await removeOldResults(results, sound);
  return { sound, truncated: join(resources, truncated), script: join(resources, SCRIPT), results, data };
}

async function resourceFolder(): Promise<string> {
  for (const folder of RESOURCE_FOLDERS) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    if (await canAccess(join(path, SCRIPT), constants.R_OK)) return path;
  }
  throw incomplete(fileURLToPath(new URL(RESOURCE_FOLDERS[0], import.meta.url)));
}

function incomplete(folder: string): CliError {
  return new CliError(
    'INVALID',
    `the samples of the quick start are not in ${folder}`,
    'Install the package again: it is incomplete',
  );
}

function checkName(folder: string, hint: string): void {
  if (!/[*|]|\p{Cc}/u.test(folder)) return;
  throw new CliError(
    'INVALID',
    `the folder ${folder} has a *, a | or a control character in its name, which tasks cannot address`,
    hint,
  );
}

async function makeWritable(folder: string, option: string): Promise<void> {
  try {
    await makeWritableFolder(folder, 0o777);
  } catch (error) {
    throw new CliError(
      'INVALID',
      `the folder ${folder} cannot be written: ${whyNot(error)}`,
      `Choose another one with ${option} FOLDER`,
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it is on a disk that is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'nothing can be made there',
};

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

/** Only files that this run will write again: the folder may hold other things of its owner. */
async function removeOldResults(results: string, sound: readonly string[]): Promise<void> {
  const old = [
    RESULT_FILES.summary,
    ...sound.flatMap((file) => {
      const name = sampleName(file);
      return [
        join(RESULT_FILES.statsFolder, `${name}.tsv`),
        join(RESULT_FILES.checksumFolder, `${name}.cksum`),
        join(RESULT_FILES.readLengthFolder, `${name}.txt`),
      ];
    }),
  ];
  for (const file of old) await rm(join(results, file), { force: true });
}

async function checkTools(): Promise<void> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const tool of TOOLS) {
    const found = await Promise.all(folders.map((folder) => canAccess(join(folder, tool), constants.X_OK)));
    if (!found.includes(true)) {
      throw new CliError(
        'INVALID',
        `the tasks of the quick start need ${tool}, which is not on this machine's PATH`,
        `Install ${tool}`,
      );
    }
  }
}

async function canAccess(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
