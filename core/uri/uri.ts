/**
 * Where data is, and what is done to it on its way in:
 *
 *     protocol[@option…]://path[|action…]
 *
 * The path is taken as it is written, with no escapes; `*` stands for any part of a name between two slashes.
 */
export interface Uri {
  /** In lower case, except for the name of an rclone remote, which is as it is. */
  protocol: string;
  options: readonly string[];
  /** What follows `://`. For `file` it is absolute. */
  path: string;
  actions: readonly UriAction[];
  /** The path ends in `/`: a folder, with all that is in it. */
  isFolder: boolean;
}

export type UriAction = { kind: 'gunzip' } | { kind: 'untar' } | { kind: 'unzip' } | { kind: 'mv'; folder: string };

/** Columns count from 1. */
export type ParsedUri = { ok: true; uri: Uri } | { ok: false; column: number; message: string };

const LONGEST = 8_192;
const ACTIONS = 'gunzip, untar, unzip, mv:FOLDER';

export function parseUri(text: string): ParsedUri {
  if (text.length > LONGEST) return wrong(LONGEST + 1, `it is longer than ${LONGEST} characters`);
  const control = text.search(/\p{Cc}/u);
  if (control !== -1) return wrong(control + 1, 'it holds a control character');
  const colon = text.indexOf('://');
  if (colon === -1) return wrong(1, 'it has no "://". A URI looks like file:///data/a.fastq or s3://bucket/folder/');
  const [protocol = '', ...options] = text.slice(0, colon).split('@');
  const badProtocol = /^[A-Za-z][\w+.-]*$/.test(protocol) ? undefined : `"${protocol}" cannot be a protocol`;
  if (badProtocol !== undefined) return wrong(1, badProtocol);
  const badOption = options.find((option) => !/^\w+$/.test(option));
  if (badOption !== undefined) return wrong(protocol.length + 2, `"@${badOption}" cannot be an option`);

  const start = colon + 3;
  const [path = '', ...words] = text.slice(start).split('|');
  if (path === '') return wrong(start + 1, 'the path is missing after "://"');
  if (protocol.toLowerCase() === 'file' && !path.startsWith('/')) {
    return wrong(start + 1, 'a file needs an absolute path: write three slashes, as in file:///data/a.fastq');
  }
  const actions: UriAction[] = [];
  let column = start + path.length + 2;
  for (const word of words) {
    const action = parseAction(word);
    if (typeof action === 'string') return wrong(column, action);
    if (actions.some(({ kind }) => kind === action.kind))
      return wrong(column, `"${word}": ${action.kind} stands twice`);
    actions.push(action);
    column += word.length + 1;
  }
  return { ok: true, uri: { protocol: withoutCase(protocol), options, path, actions, isFolder: path.endsWith('/') } };
}

/** The text that {@link parseUri} reads as `uri`. */
export function formatUri(uri: Uri): string {
  const options = uri.options.map((option) => `@${option}`).join('');
  const actions = uri.actions.map((action) => `|${action.kind}${action.kind === 'mv' ? `:${action.folder}` : ''}`);
  return `${uri.protocol}${options}://${uri.path}${actions.join('')}`;
}

/** Returns what is wrong with it, if something is. */
function parseAction(word: string): UriAction | string {
  if (word === 'gunzip' || word === 'untar' || word === 'unzip') return { kind: word };
  if (!word.startsWith('mv:')) return `"|${word}" is no action. Known: ${ACTIONS}`;
  const folder = word.slice('mv:'.length).replace(/\/$/, '');
  const leaves = folder.split('/').some((part) => part === '' || part === '.' || part === '..');
  return leaves ? `"|${word}" does not name a folder inside: use a relative path without ".."` : { kind: 'mv', folder };
}

const OURS = ['file', 's3', 'azure', 'gcp', 'ftp', 'http', 'https', 'fasp', 'run+fastq'];

function withoutCase(protocol: string): string {
  const lower = protocol.toLowerCase();
  return OURS.includes(lower) ? lower : protocol;
}

function wrong(column: number, message: string): ParsedUri {
  return { ok: false, column, message };
}
