import { Command } from 'commander';
import { addGlobalOptions } from '../global-options.ts';
import { wholeNumber } from '../option-values.ts';
import { setAction } from '../session.ts';

interface QuickstartOptions {
  keep?: true;
  data?: string;
  results?: string;
  port?: number;
}

export function quickstartCommand(): Command {
  const command = new Command('quickstart')
    .description('run a first real batch: a server and a worker on this machine, 24 tasks, their results')
    .option('--keep', 'leave the server running at the end')
    .option('--results <folder>', 'where the results go (quickstart-results)')
    .option('--data <folder>', 'where the server keeps what it knows (server, in the folder of the results)')
    .option('--port <n>', 'the port of the server (else a free one)', wholeNumber(0, 65_535))
    .addHelpText(
      'after',
      '\nEach task counts the reads of a small FASTQ file and computes its GC content and mean quality with plain shell\ntools. One fails on purpose, one is retried, one depends on another, the last gathers all into one table.\n\nExample:\n  scitq quickstart --keep\n',
    );
  return setAction<QuickstartOptions>(addGlobalOptions(command), async (session, options) => {
    const { quickstart } = await import('../quickstart/quickstart.ts');
    return quickstart(session, options);
  });
}
