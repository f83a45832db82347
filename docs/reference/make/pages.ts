import type { PageMaker } from './blocks.ts';
import { commandsPage } from './commands.ts';
import { errorsPage } from './errors.ts';
import { architecturePage } from './import-rules.ts';
import { metricsPage } from './metrics.ts';
import { settingsPage } from './settings.ts';

/** Every page with generated blocks, by its path from the repository's root. */
export const MADE_PAGES: Readonly<Record<string, PageMaker>> = {
  'docs/architecture.md': architecturePage,
  'docs/reference/commands.md': commandsPage,
  'docs/reference/errors.md': errorsPage,
  'docs/reference/metrics.md': metricsPage,
  'docs/reference/settings.md': settingsPage,
};
