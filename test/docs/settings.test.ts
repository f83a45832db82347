import { expect, test } from 'vitest';
import { shown } from '../../src/cli/options.ts';
import type { Setting } from '../../src/config/setting.ts';
import { SETTINGS, type SettingName, variableOf } from '../../src/config/settings.ts';
import { code, readPage, table } from './pages.ts';

test('the settings page lists every setting, with flag, variable and default', () => {
  const documented = table(readPage('docs/reference/settings.md').text, 'field').map((row) =>
    row.slice(0, 4).map((cell) => (cell === '' ? cell : code(cell))),
  );
  const real = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const setting: Setting<unknown> = SETTINGS[name];
    return [setting.field, setting.flag ?? '', variableOf(setting), shown(name)];
  });
  expect(documented).toEqual(real);
});
