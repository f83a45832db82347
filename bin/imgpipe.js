#!/usr/bin/env node
import { main } from '../dist/cli/main.js';

// Whoever reads the output may go away (`imgpipe status | head -1`); the work goes on without them.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await main(process.argv.slice(2));

// Whatever is left behind, such as a connection that is still being tried, gets a moment and no more.
setTimeout(() => process.exit(), 250).unref();
