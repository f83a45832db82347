#!/usr/bin/env node
import { fstatSync, readFileSync, writeSync } from 'node:fs';
import module from 'node:module';

const args = process.argv.slice(2);

/** The exit status if results could not be written: as of a full disk behind the data folder. */
const UNWRITTEN = 4;

let unwritten = false;

process.stdout.on('error', ({ code, message }) => {
  // A reader of the output may go away (`imgpipe status | head -1`); the command continues without it.
  if (code === 'EPIPE' || unwritten) return;
  unwritten = true;
  process.exitCode = UNWRITTEN;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const why = full ? `the disk behind it is full (${code}): free some space on it` : `${code ?? message}`;
  process.stderr.write(`imgpipe: the output cannot be written to stdout: ${why}\n`);
});
// There is nowhere left to say it.
process.stderr.on('error', () => {});
writeWholly(process.stdout, 1);

if (args[0] === '--version') {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${version}\n`);
} else {
  // Node 22.8 and later keep compiled code on disk.
  module.enableCompileCache?.();
  const { main } = await import('../dist/bundle/main.js');
  const status = await main(args);
  process.exitCode = unwritten ? Math.max(status, UNWRITTEN) : status;
  // Whatever is still open, such as a connection attempt, gets a moment and no more.
  setTimeout(() => process.exit(), 250).unref();
}

/** Has a stream to a file write all of each text: by itself Node takes a part of it, on a disk that gets full, for the whole. */
function writeWholly(stream, descriptor) {
  if (!fstatSync(descriptor).isFile()) return;
  stream._write = (chunk, encoding, done) => {
    const bytes = Buffer.from(chunk, encoding);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      done();
    } catch (error) {
      done(error);
    }
  };
}
