import { ImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import { STAGES, type StageName } from '../domain/reports.ts';
import type { Liveness } from '../operations/alive.ts';
import { livenessJson } from '../operations/json/status.ts';
import type { ReadCommand } from './read-command.ts';

/** Tells whether a stage is alive; the answer is the exit status: 1 where it is not. */
export async function tellAlive({ pipeline, config, terminal }: ReadCommand, stage: StageName): Promise<number> {
  const liveness = await pipeline.alive(stage);
  if (config.json) terminal.result(JSON.stringify(livenessJson(liveness)));
  else if (liveness.alive) terminal.result(livenessLine(liveness));
  if (liveness.alive) return 0;
  terminal.complaint(livenessLine(liveness));
  return 1;
}

/** The stage of this name. Throws `usage`. */
export function stageNamed(name: string): StageName {
  const stage = STAGES.find((each) => each === name);
  if (stage !== undefined) return stage;
  throw new ImgpipeError('usage', `--alive: ${JSON.stringify(name)} will not do: give ${STAGES.join(', ')}`);
}

function livenessLine({ stage, host, alive, heartbeats }: Liveness): string {
  const [latest] = heartbeats;
  const where = `on this host (${escapeText(host)})`;
  if (latest === undefined) return `${stage} is not alive ${where}: it has left no heartbeat`;
  const last = `process ${latest.process}, ${(latest.ageMs / 1000).toFixed(1)} s ago`;
  if (alive) return `${stage} is alive ${where}: ${last}`;
  return `${stage} is not alive ${where}: its last heartbeat was that of ${last}; it was killed, or hangs`;
}
