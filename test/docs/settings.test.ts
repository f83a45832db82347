import { expect, test } from 'vitest';
import { shown } from '../../src/cli/options.ts';
import type { Setting } from '../../src/config/setting.ts';
import { SETTINGS, type SettingName, variableOf } from '../../src/config/settings.ts';
import { code, section, table } from './readme.ts';

test("the README's settings are the program's, with flag, variable and default", () => {
  const documented = table(section('## Settings'), 'field').map((row) =>
    row.slice(0, 4).map((cell) => (cell === '' ? cell : code(cell))),
  );
  const real = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const setting: Setting<unknown> = SETTINGS[name];
    return [setting.field, setting.flag ?? '', variableOf(setting), shown(name)];
  });
  expect(documented).toEqual(real);
});
