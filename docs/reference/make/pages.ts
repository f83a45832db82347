import { apiPage } from './api.ts';
import type { PageMaker } from './blocks.ts';
import { commandsPage } from './commands.ts';
import { errorsPage } from './errors.ts';
import { architecturePage } from './import-rules.ts';
import { jsonPage } from './json.ts';
import { messagesPage } from './messages.ts';
import { metricsPage } from './metrics.ts';
import { settingsPage } from './settings.ts';

/** Every page with generated blocks, by its path from the repository's root. */
export const MADE_PAGES: Readonly<Record<string, PageMaker>> = {
  'docs/architecture.md': architecturePage,
  'docs/reference/api.md': apiPage,
  'docs/reference/commands.md': commandsPage,
  'docs/reference/errors.md': errorsPage,
  'docs/reference/json.md': jsonPage,
  'docs/reference/messages.md': messagesPage,
  'docs/reference/metrics.md': metricsPage,
  'docs/reference/settings.md': settingsPage,
};
