import { ImgpipeError } from '../domain/errors.ts';
import type { Transfer } from '../domain/transfer.ts';

/** Throws `moved` or `copy_unfinished` unless the pipeline works on this catalog. `address` is where it is, for messages. */
export function refuseTransfer({ transfer }: { readonly transfer: Transfer | null }, address: string): void {
  if (transfer === null) return;
  throw transfer.state === 'moved' ? movedError(transfer, address) : unfinishedError(transfer, address);
}

export function movedError({ to }: Extract<Transfer, { state: 'moved' }>, address: string): ImgpipeError {
  return new ImgpipeError(
    'moved',
    `the pipeline of ${address} was moved: use it with ${to}, or move it back with 'imgpipe copy'`,
  );
}

export function unfinishedError({ from }: Extract<Transfer, { state: 'arriving' }>, address: string): ImgpipeError {
  return new ImgpipeError(
    'copy_unfinished',
    `${address} is an unfinished copy of the pipeline of ${from}: run the same 'imgpipe copy' again to finish it`,
  );
}
