import { runToEnd } from '../../../kafka/run-to-end.ts';
import { ROOT } from '../imgpipe.ts';

/** Runs a console tool of Kafka, `configs` for kafka-configs.sh. Resolves with a problem if it fails. */
export async function runKafkaTool(tool: string, args: readonly string[]): Promise<string[]> {
  const program = ['--import', 'tsx', `${ROOT}kafka/tool.ts`];
  const end = await runToEnd(process.execPath, [...program, tool, ...args]);
  return end?.status === 0 ? [] : [`kafka-${tool} ${args.join(' ')}: exit ${end?.status}: ${end?.output}`];
}
