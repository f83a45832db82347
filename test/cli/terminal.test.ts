import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { onTerminal, shellCommand, whyNoTerminal } from '../support/pseudo-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Ten frames of a spinner have more than this many escape sequences. */
const FRAMES = 10;
const sequences = (text: string) => text.split('\x1b[').length - 1;

function run(...options: string[]): string {
  return shellCommand('run', '--data', path.join(temporaryFolder(), 'data'), ...options);
}

const SLOW = ['--count', '10', '--interval', '100ms'];

describe.skipIf(whyNoTerminal !== undefined)(
  `on a terminal${whyNoTerminal ? ` (skipped: ${whyNoTerminal})` : ''}`,
  () => {
    test('progress is animated', async () => {
      const { status, output } = await onTerminal(`stty cols 80 rows 24; ${run(...SLOW)}`);
      expect(status).toBe(0);
      expect(sequences(output)).toBeGreaterThan(FRAMES);
    });

    test.each([
      ['of width 0', 'stty cols 0 rows 0', {}],
      ['of unknown width', 'true', {}],
      ['of a CI', 'stty cols 80 rows 24', { CI: 'true' }],
      ['that can only append', 'stty cols 80 rows 24', { TERM: 'dumb' }],
    ])('%s nothing is animated, and the run ends', async (_, before, env) => {
      const { status, output } = await onTerminal(`${before}; ${run(...SLOW)}`, { NO_COLOR: '1', ...env });
      expect({ status, sequences: sequences(output) }).toEqual({ status: 0, sequences: 0 });
      expect(output).toContain('run: 10 images received, 2 events, 2 alerts');
    });

    test('that loses its width during the run the animation ends, and the run goes on', async () => {
      const resized = `stty cols 80 rows 24; ${run('--count', '30', '--interval', '100ms')} & sleep 1.5; stty cols 0; wait $!`;
      const { status, output } = await onTerminal(resized);
      expect(status).toBe(0);
      expect(output.length).toBeLessThan(100_000);
      expect(output).toContain('run: 30 images received');
    });

    test('of width 0, help is readable', async () => {
      const { status, output } = await onTerminal(`stty cols 0 rows 0; ${shellCommand('run', '--help')}`);
      expect(status).toBe(0);
      expect(output).toMatch(/--count <number> +how many images to generate/);
    });
  },
);
