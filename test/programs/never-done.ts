import { listenForInterrupts } from '../../src/cli/interrupt.ts';

/** A program that is never done with what it has in hand. It says so when it is up, and when it is told to end. */
const say = (line: string) => process.stdout.write(`${line}\n`);

listenForInterrupts(() => say('told'));
setInterval(() => {}, 1000);
say('up');
