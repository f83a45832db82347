import { shown } from '../src/cli/options.ts';
import type { Setting } from '../src/config/setting.ts';
import { BUILT_IN_TECHNIQUES, SETTINGS, type SettingName } from '../src/config/settings.ts';
import type { JsonSchema } from '../src/domain/json/json-schema.ts';

const TIME = /^\d+(\.\d+)?(ms|s|m|h)$/;
const THRESHOLD = /^\d+(\.\d+)?\s*(px|%)$/;

/** The JSON Schema of the configuration file. Unknown settings are errors, as they are to imgpipe. */
export function configSchema(): JsonSchema {
  const names = Object.keys(SETTINGS) as SettingName[];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration',
    description: 'the configuration file of imgpipe',
    type: 'object',
    properties: {
      $schema: { type: 'string', description: 'this schema, for editors' },
      ...Object.fromEntries(names.map((name) => [SETTINGS[name].field, fieldSchema(name)])),
    },
    additionalProperties: false,
  };
}

function fieldSchema(name: SettingName): JsonSchema {
  const setting: Setting<unknown> = SETTINGS[name];
  const value = name === 'technique' ? { enum: BUILT_IN_TECHNIQUES } : valueSchema(setting);
  const description =
    setting.takes === 'time' && setting.limits?.min
      ? `${setting.help}; at least ${setting.limits.min}ms`
      : setting.help;
  const fallback = defaultOf(name);
  return {
    ...value,
    ...(fallback !== '' && { default: fallback }),
    description,
    ...(setting.secret && { writeOnly: true }),
  };
}

function valueSchema({ takes, limits, pattern, words }: Setting<unknown>): JsonSchema {
  switch (takes) {
    case 'text':
      return { type: 'string', ...(pattern && { pattern: pattern.source }) };
    case 'boolean':
      return { type: 'boolean' };
    case 'number': {
      const { min, max, integer } = limits ?? {};
      const number = { type: integer ? 'integer' : 'number', minimum: min, maximum: max };
      return words === undefined ? number : { anyOf: [number, { enum: words }] };
    }
    case 'time':
      return limits?.min === 0
        ? { anyOf: [{ const: 0 }, { type: 'string', pattern: TIME.source }] }
        : { type: 'string', pattern: TIME.source };
    case 'threshold':
      return {
        anyOf: [
          { type: 'number', minimum: 0 },
          { type: 'string', pattern: THRESHOLD.source },
        ],
      };
    default:
      return { enum: takes };
  }
}

/** The default as the file has it. */
function defaultOf(name: SettingName): unknown {
  const { takes, fallback }: Setting<unknown> = SETTINGS[name];
  if (takes === 'threshold' || (takes === 'time' && fallback === 0)) return 0;
  return takes === 'time' ? shown(name) : fallback;
}
