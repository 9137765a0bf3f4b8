import { JsonOutput } from './json.ts';
import type { Output, OutputSettings } from './output.ts';
import { QuietOutput } from './quiet.ts';
import { TableOutput } from './table.ts';

export type OutputMode = 'table' | 'json' | 'quiet';

export function makeOutput(mode: OutputMode, settings: OutputSettings): Output {
  switch (mode) {
    case 'json':
      return new JsonOutput(settings);
    case 'quiet':
      return new QuietOutput(settings);
    case 'table':
      return new TableOutput(settings);
  }
}
