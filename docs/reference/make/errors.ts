import { type Blame, ERROR_CODES, type ErrorCode } from '../../../src/domain/errors.ts';
import { fillBlocks, markdownTable } from './blocks.ts';

/** How imgpipe reacts to an error. */
const REACTIONS: Readonly<Record<Blame, string>> = {
  message: 'The message or picture is bad. It becomes a dead letter or is rejected, and the stage continues.',
  transient:
    'Disk, permissions, catalog or broker. A running stage retries with backoff without end and continues by itself. At the start the command exits, unless `--wait` is given.',
  fatal: 'No retry helps. The stage stops.',
  user: 'The command line or the configuration is wrong. The command exits.',
  bug: 'A bug in imgpipe. After three attempts the message becomes a dead letter.',
};

/** What each error code means, and what to do. The compiler refuses a code without an entry. */
const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  not_a_picture: 'The file is empty, or no picture: a web page, text, a video. The message names it. Leave it out.',
  file_unreadable: 'The file or folder does not exist, or this user may not read it. The message says which.',
  file_too_big: 'The file is larger than `max_file_megabytes`. Raise the limit, or leave it out.',
  undecodable:
    'The picture is damaged, or of [a kind that is not read](pictures.md). The next image is compared with the last one that decodes.',
  too_large:
    'The picture exceeds `max_megapixels`, `max_picture_memory` or `max_picture_time`. Raise the limit and replay the dead letter.',
  mask_differs: 'The image and its mask differ in size. Receive it without a mask, or with a mask of its size.',
  object_missing:
    'A stored picture was missing for longer than `object_wait`. Restore the file and replay the dead letter, or check the disk.',
  object_damaged: 'A stored picture is not what was received. Check the disk, and what else writes to the folder.',
  bad_message: 'A message cannot be parsed, or contradicts the catalog. Another program published it.',
  disk_full: 'Free some disk space.',
  no_permission:
    'Grant this user access, or choose another folder with `--data`. On S3: check the credentials and their policy.',
  store_unavailable: 'The pictures cannot be read or written. Check the disk; on S3, the server and `store_endpoint`.',
  catalog_unavailable: 'The catalog cannot be opened, read or written. Check its folder and the disk.',
  broker_unavailable: 'The broker does not answer. Start it, or check its address and the network.',
  catalog_damaged: 'The catalog is corrupt. Restore a backup, or move it away and start in another folder.',
  catalog_replaced:
    'The catalog, its folder or a lock file was removed, moved, replaced or restored while a process used it. Put it back, or start again on what is there now.',
  catalog_older:
    'An older imgpipe made the catalog, and this command, which only reads, does not migrate it. Start a stage: `imgpipe receive --count 0`.',
  catalog_newer: 'A newer imgpipe created the catalog. Use that version, or another folder.',
  sqlite_too_old: 'The SQLite library can lose commits. Reinstall the package `@photostructure/sqlite`.',
  clean_unfinished: 'A `clean` was interrupted. Run `imgpipe clean` again.',
  copy_unfinished: 'A `copy` to this place was interrupted. Run the same `imgpipe copy` again.',
  moved:
    'The pipeline was moved to another place by `imgpipe copy`. The message names the options with which it is used there.',
  object_conflict: 'Another file is stored under the name of an image. Move that file away, then start again.',
  foreign_message: 'The topic holds a message of another pipeline. Give each a `topic_prefix` of its own.',
  usage: 'The command line is wrong. Read the message, or `--help`.',
  config_invalid: 'A setting has an invalid value. The message says what is valid.',
  threshold_disagrees: 'Another analyzer runs with another threshold. Use the same one, or stop the other first.',
  broker_refused:
    'The broker rejects this client, or the two do not agree on TLS or the time. Check the `kafka_…` settings, its ACLs and both clocks.',
  message_too_large: 'The topic does not take a message of this size. Raise its `max.message.bytes`.',
  bus_differs: 'Something is still open on another broker. Finish it there, or move the pipeline with `--rebind`.',
  catalog_copied:
    'The data folder is a copy of another, which still exists. Give `--as-copy` once to make it a pipeline of its own, or remove the other one.',
  prefix_in_use:
    "Another pipeline's messages are in these topics. Give each pipeline a `topic_prefix` of its own, or delete the topics.",
  target_not_empty:
    'The target of a `copy` has another pipeline, or files in the folders of one. Choose another place.',
  port_unavailable: 'The port is in use, or this user may not open it. Choose another port or address.',
  not_found: 'There is no such alert, or no pipeline in this folder. The message says what exists.',
  closed: 'A program called a method of a pipeline after `close`. Open it again with `createPipeline`.',
  in_use: 'A stage or a `clean` is running on the folder, or an older imgpipe on its catalog. Wait for it, or stop it.',
  viewer_failed: 'No picture viewer of the desktop starts. Open the printed paths yourself.',
  internal: 'A bug in imgpipe. Report the message, and what `--verbose` adds.',
};

/** `docs/reference/errors.md`: every error code with its blame, exit code and meaning. */
export function errorsPage(page: string): string {
  const rows = Object.entries(ERROR_CODES).map(([code, { blame, exit }]) => [
    `\`${code}\``,
    blame,
    String(exit),
    MEANINGS[code as ErrorCode],
  ]);
  return fillBlocks(
    page,
    new Map([
      ['blames', markdownTable(['blame', 'reaction'], Object.entries(REACTIONS))],
      ['codes', markdownTable(['code', 'blame', 'exit', 'meaning, and what to do'], rows)],
    ]),
  );
}
