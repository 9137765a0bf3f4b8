import { EXIT } from '../errors.ts';
import { runProgram } from '../run.ts';
import { makeLaunchProgram } from './launch-program.ts';

const words = process.argv.slice(2);
const program = makeLaunchProgram();
if (words.length === 0) {
  // As the first generation did.
  program.outputHelp({ error: true });
  process.exitCode = EXIT.usage;
} else {
  process.exitCode = await runProgram(program, words);
}
