import { Command } from 'commander';
import { STATUS_WORDS, STATUSES } from '#core/task/status.ts';
import { EXIT } from '../errors.ts';
import { addGlobalOptions } from '../global-options.ts';
import { bytesText } from '../output/bytes-text.ts';
import type { DetailView } from '../output/output.ts';
import { durationText, isoText } from '../output/time-text.ts';
import type { Api } from '../session.ts';
import { setAction } from '../session.ts';

type ServerStatus = Awaited<ReturnType<Api['status']['query']>>;

const serverStatus: DetailView<ServerStatus> = {
  id: (status) => status.pid,
  sections: (status, style) => [
    {
      lines: [
        { label: 'server', text: `${status.address}, version ${status.version}, process ${status.pid}` },
        { label: 'started', text: `${isoText(status.startedAt)}, up ${durationText(style.now - status.startedAt)}` },
        { label: 'data', text: status.data },
        { label: 'database', text: `${status.database.path}, ${bytesText(status.database.bytes)}` },
        { label: 'disk', text: `${bytesText(status.disk.freeBytes)} free of ${bytesText(status.disk.totalBytes)}` },
        { label: 'tasks', text: tasksText(status) },
        { label: 'workers', text: workersText(status) },
      ],
    },
  ],
};

function tasksText(status: ServerStatus): string {
  const counts = STATUSES.flatMap((letter) => {
    const count = status.tasks[letter];
    return count > 0 ? [`${count} ${STATUS_WORDS[letter]}`] : [];
  });
  return counts.join(', ') || 'none yet';
}

function workersText(status: ServerStatus): string {
  const counts = Object.entries(status.workers).flatMap(([word, count]) => (count ? [`${count} ${word}`] : []));
  return counts.join(', ') || 'none yet';
}

export function statusCommand(): Command {
  const command = new Command('status')
    .description('the server: version, tasks by status, workers, database, disk')
    .addHelpText(
      'after',
      '\nWith --quiet, the id of its process.\n\nExample:\n  scitq status --server lab.example.org\n',
    );
  return setAction(addGlobalOptions(command), async (session) => {
    const api = await session.api();
    session.output.detail(await api.status.query(), serverStatus);
    return EXIT.done;
  });
}
