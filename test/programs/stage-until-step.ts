import { openPipeline } from '../../src/app/pipeline.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Report } from '../../src/domain/reports.ts';
import type { Step } from '../../src/index.ts';

/**
 * Runs one stage, or a replay of all dead letters, and signals itself at a step: `<folder> <stage> <count> <step> <which> <SIGKILL|SIGSTOP>`.
 * `which` counts the times that the step is reached. If it is never reached, the stage ends as usual. The environment
 * sets the bus.
 */
const [data, stage, count, step, which, signal] = process.argv.slice(2);

let reached = 0;
const onStep = (at: Step) => {
  if (at !== step) return;
  reached += 1;
  if (reached === Number(which)) process.kill(process.pid, signal as NodeJS.Signals);
};

const config = loadConfig({ given: { data, count: Number(count) }, givenAs: 'name', env: process.env });
const pipeline = await openPipeline({ config, command: 'test', access: 'create' });
const onReport = ({ kind }: Report) => void process.stderr.write(`${kind}\n`);
const options = { signal: new AbortController().signal, onStep, onReport, drain: true };
if (stage === 'receive') await pipeline.receive([], options);
else if (stage === 'analyze') await pipeline.analyze(options);
else if (stage === 'alert') await pipeline.alert(options);
else if (stage === 'replay') await pipeline.replay('all', options);
else await pipeline.run([], options);
await pipeline.close();
