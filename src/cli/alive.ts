import type { Command } from 'commander';
import { openReader } from '../app/reader.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import { STAGES, type StageName } from '../domain/reports.ts';
import type { Liveness } from '../operations/alive.ts';
import { livenessJson } from '../operations/json/status.ts';
import { runReadCommand } from './read-command.ts';

/** Checks whether a stage is alive on this host, or in this container. Resolves to the exit status, 1 if it is not. */
export async function runAlive(command: Command, name: string): Promise<number> {
  const stage = stageNamed(name);
  return runReadCommand(command, openReader, async ({ pipeline, config, terminal }) => {
    const liveness = await pipeline.alive(stage);
    if (config.json) terminal.result(JSON.stringify(livenessJson(liveness)));
    else if (liveness.alive) terminal.result(livenessLine(liveness));
    if (liveness.alive) return 0;
    terminal.error(livenessLine(liveness));
    return 1;
  });
}

/** The stage of this name. Throws `usage`. */
function stageNamed(name: string): StageName {
  const stage = STAGES.find((each) => each === name);
  if (stage !== undefined) return stage;
  throw new ImgpipeError('usage', `--alive: ${JSON.stringify(name)} is not a stage: use ${STAGES.join(', ')}`);
}

function livenessLine({ stage, host, inContainer, alive, heartbeats }: Liveness): string {
  const [latest] = heartbeats;
  const where = `${inContainer ? 'in this container' : 'on this host'} (${escapeText(host)})`;
  if (latest === undefined) return `${stage} is not alive ${where}: it has no heartbeat`;
  const last = `process ${latest.process}, ${(latest.ageMs / 1000).toFixed(1)} s ago`;
  if (alive) return `${stage} is alive ${where}: last heartbeat from ${last}`;
  return `${stage} is not alive ${where}: last heartbeat from ${last}; it was killed, or it hangs`;
}
