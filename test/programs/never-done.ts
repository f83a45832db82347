import { listenForInterrupts } from '../../src/cli/interrupt.ts';

/** A program whose work never ends. It prints a line when it has started, and when it is interrupted. */
const say = (line: string) => process.stdout.write(`${line}\n`);

listenForInterrupts(() => say('interrupted'));
setInterval(() => {}, 1000);
say('up');
