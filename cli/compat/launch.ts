import { runProgram } from '../run.ts';
import { makeLaunchProgram } from './launch-program.ts';

process.exitCode = await runProgram(makeLaunchProgram(), process.argv.slice(2));
