/**
 * Why nothing may work on a catalog: its pipeline has moved to other servers, or is still on its way here. Both ends of one
 * move have the same `id`.
 */
export type Transfer =
  /** `to` are the options with which the pipeline is used now: `--catalog postgres://… --store s3://…`. */
  | { readonly state: 'moved'; readonly id: string; readonly pipelineId: string; readonly to: string }
  /** `from` is the address of the catalog that the rows come from. */
  | { readonly state: 'arriving'; readonly id: string; readonly pipelineId: string; readonly from: string };

/** A transfer as catalogs keep it. */
export function transferText(transfer: Transfer): string {
  const { state, id, pipelineId } = transfer;
  const place = transfer.state === 'moved' ? { to: transfer.to } : { from: transfer.from };
  return JSON.stringify({ state, ...place, pipeline_id: pipelineId, transfer_id: id }, undefined, 2);
}

/** What `transferText` was given; undefined if the text is anything else. */
export function parseTransfer(text: string): Transfer | undefined {
  const fields = fieldsOf(text);
  const { state, to, from, pipeline_id: pipelineId, transfer_id: id } = fields;
  if (typeof pipelineId !== 'string' || typeof id !== 'string') return undefined;
  if (state === 'moved' && typeof to === 'string') return { state, id, pipelineId, to };
  if (state === 'arriving' && typeof from === 'string') return { state, id, pipelineId, from };
  return undefined;
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
