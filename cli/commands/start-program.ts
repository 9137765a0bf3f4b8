import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { locateProgram } from '../locate-program.ts';

/** `scitq server …` and `scitq worker-agent …`: the programs that stay up, started in this very process. */
export function programCommands(): Command[] {
  return [
    starter('server', 'scitq-server', 'start the server here (scitq-server)', 'scitq server --workers 2'),
    starter(
      'worker-agent',
      'scitq-worker',
      'make this machine a worker (scitq-worker)',
      'scitq worker-agent --concurrency 4',
    ),
  ];
}

function starter(name: string, program: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .usage('[options]')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .argument('[words...]', `what ${program} is given; \`${example}\`, or --help`)
    .action(async (words: string[]) => {
      const file = locateProgram(program);
      process.argv = [process.execPath, fileURLToPath(file), ...words];
      await import(file.href);
    });
}
