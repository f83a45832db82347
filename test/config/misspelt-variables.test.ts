import { describe, expect, test } from 'vitest';
import { CONFIG_VARIABLE, misspeltVariables } from '../../src/config/misspelt-variables.ts';
import { SETTINGS, variableOf } from '../../src/config/settings.ts';

describe('a variable that looks like a misspelt one', () => {
  test.each([
    ['IMGPIPE_TRESHOLD', 'IMGPIPE_THRESHOLD'],
    ['IMGPIPE_TOPICPREFIX', 'IMGPIPE_TOPIC_PREFIX'],
    ['IMGPIPE_KAFKA_PASWORD', 'IMGPIPE_KAFKA_PASSWORD'],
    ['IMGPIPE_DATAS', 'IMGPIPE_DATA'],
    ['IMGPIPE_CONFG', 'IMGPIPE_CONFIG'],
  ])('%s is found, with %s', (name, meant) => {
    expect(misspeltVariables({ [name]: 'x', IMGPIPE_COUNT: '3' })).toEqual([{ name, meant }]);
  });

  test('is none of ours, nor one of another kind', () => {
    const ours = [...Object.values(SETTINGS).map(variableOf), CONFIG_VARIABLE];
    expect(misspeltVariables(Object.fromEntries(ours.map((name) => [name, 'x'])))).toEqual([]);
    // Kubernetes sets such variables for a service that is named imgpipe.
    const others = ['IMGPIPE_SERVICE_ACCOUNT_NAME', 'IMGPIPE_PORT_8000_TCP_PROTO', 'IMGPIP_DATA', 'PATH'];
    expect(misspeltVariables(Object.fromEntries(others.map((name) => [name, 'x'])))).toEqual([]);
  });
});
