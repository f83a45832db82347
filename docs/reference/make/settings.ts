import { shown } from '../../../src/cli/options.ts';
import type { Setting } from '../../../src/config/setting.ts';
import { SETTINGS, type SettingName, variableOf } from '../../../src/config/settings.ts';
import { fillBlocks, markdownTable } from './blocks.ts';

/** `docs/reference/settings.md`: the table of all settings. */
export function settingsPage(page: string): string {
  const rows = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const setting: Setting<unknown> = SETTINGS[name];
    const cells = [setting.field, setting.flag ?? '', variableOf(setting), shown(name)];
    return [...cells.map((cell) => (cell === '' ? '' : `\`${cell}\``)), setting.help];
  });
  const head = ['field', 'flag', 'variable', 'default', 'meaning'];
  return fillBlocks(page, new Map([['settings', markdownTable(head, rows)]]));
}
