import { Command } from 'commander';
import { VERSION } from '#core/version.ts';
import { batchListCommand } from './commands/batch/list.ts';
import { quickstartCommand } from './commands/quickstart.ts';
import { programCommands } from './commands/start-program.ts';
import { statusCommand } from './commands/status.ts';
import { taskCancelCommand } from './commands/task/cancel.ts';
import { taskCreateCommand } from './commands/task/create.ts';
import { taskListCommand } from './commands/task/list.ts';
import { taskOutputCommand } from './commands/task/output.ts';
import { taskRetryCommand } from './commands/task/retry.ts';
import { taskShowCommand } from './commands/task/show.ts';
import { taskWaitCommand } from './commands/task/wait.ts';
import { workerListCommand } from './commands/worker/list.ts';
import { addGlobalOptions } from './global-options.ts';

/** `scitq` with all its objects and actions. */
export function makeProgram(): Command {
  const program = new Command('scitq')
    .description('Spreads tasks over machines: queue them, watch them, read what they printed.')
    .version(VERSION, '-V, --version', 'print the version')
    .usage('<object> <action> [options]')
    .helpCommand(false)
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nExamples:\n  scitq quickstart                     a first real batch, from nothing to its results\n  scitq task create -- echo hello      queue a task\n  scitq task list --status R,F         what runs and what failed\n  scitq task output last --follow      what the newest task prints\n\n`scitq <object> <action> --help` explains each action, with an example.\n\nExit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no server, 4 not logged in.\n',
    );
  addGlobalOptions(program)
    .addCommand(
      group('task', 'queue tasks, watch them, steer them', [
        taskCreateCommand(),
        taskListCommand(),
        taskShowCommand(),
        taskOutputCommand(),
        taskWaitCommand(),
        taskRetryCommand(),
        taskCancelCommand(),
      ]).addHelpText('after', '\nExample:\n  scitq task list --status failed\n'),
    )
    .addCommand(
      group('batch', 'groups of tasks and workers', [batchListCommand()]).addHelpText(
        'after',
        '\nExample:\n  scitq batch list\n',
      ),
    )
    .addCommand(
      group('worker', 'the machines that run tasks', [workerListCommand()]).addHelpText(
        'after',
        '\nExample:\n  scitq worker list\n',
      ),
    )
    .addCommand(statusCommand())
    .addCommand(quickstartCommand());
  for (const command of programCommands()) program.addCommand(command);
  return program;
}

function group(name: string, description: string, actions: readonly Command[]): Command {
  const command = addGlobalOptions(
    new Command(name).description(description).usage('<action> [options]').helpCommand(false),
  ).enablePositionalOptions();
  // They are explained above and below this level.
  for (const option of command.options) option.hideHelp();
  for (const action of actions) command.addCommand(action);
  return command;
}
