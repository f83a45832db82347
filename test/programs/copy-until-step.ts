import { copy } from '../../src/app/copy.ts';
import { type TargetOptions, targetConfigOf } from '../../src/config/copy-target.ts';
import { loadConfig } from '../../src/config/load.ts';

/**
 * Moves a pipeline, and kills itself at a step: `<folder> <target options as JSON> <step> <which>`. `which` counts the times that
 * the step is reached. If it is never reached, the move ends as usual. The environment sets where the pipeline is.
 */
const [data, target = '{}', step, which] = process.argv.slice(2);

let reached = 0;
const config = loadConfig({ given: { data }, givenAs: 'name', env: process.env });
await copy(
  { config, target: targetConfigOf(config, JSON.parse(target) as TargetOptions) },
  {
    signal: new AbortController().signal,
    onStep: (at) => {
      if (at !== step) return;
      reached += 1;
      if (reached === Number(which)) process.kill(process.pid, 'SIGKILL');
    },
  },
);
