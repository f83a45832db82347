import { expect, test } from 'vitest';
import { freePorts } from '../../kafka/ports.ts';
import { sharedKafka } from '../support/kafka/shared-kafka.ts';
import { readPage } from './pages.ts';
import { tourSteps } from './tour-steps.ts';
import { walkThrough } from './walk.ts';

const PAGE = readPage('docs/guides/kafka-tour.md');
/** The port of the page, which its reader may change. */
const PORT = '9092';

const { whyNone } = await sharedKafka();

test.skipIf(whyNone)(
  `the tour works as the page says${whyNone ? ` (skipped: ${whyNone})` : ''}`,
  { timeout: 400_000 },
  async () => {
    const [port] = await freePorts(1);
    const steps = tourSteps(
      PAGE.text.replaceAll(PORT, String(port)).replaceAll(/^npm run kafka$/gm, `npm run kafka -- --port ${port}`),
    );
    expect(steps.length).toBeGreaterThan(50);
    await walkThrough(steps, { page: PAGE.name });
  },
);
