import { expect, test } from 'vitest';
import { shown } from '../../src/cli/options.ts';
import { SETTINGS, type SettingName, variableOf } from '../../src/config/settings.ts';
import { code, section, table } from './readme.ts';

test("the README's settings are the program's, with flag, variable and default", () => {
  const documented = table(section('## Settings'), 'field').map((row) => row.slice(0, 4).map(code));
  const real = (Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const setting = SETTINGS[name];
    return [setting.field, setting.flag, variableOf(setting), shown(name)];
  });
  expect(documented).toEqual(real);
});
