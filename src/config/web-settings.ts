import { numberWithin, text } from './readers.ts';
import type { Setting } from './setting.ts';

const MAX_PORT = 65_535;

/** Where the viewer listens, who may use it, and where a stage serves its metrics. */
export const WEB_SETTINGS = {
  host: {
    field: 'host',
    flag: '--host <address>',
    help: 'the address that the viewer listens on; an address that other machines can reach requires a token',
    takes: 'text',
    fallback: '127.0.0.1',
    read: (value: unknown) => text(value, 'an address or a host name of this machine, such as 127.0.0.1 or 0.0.0.0'),
  },
  port: {
    field: 'port',
    flag: '--port <number>',
    help: 'the port that the viewer listens on; 0 picks a free one',
    fallback: 8000,
    ...numberWithin({ min: 0, max: MAX_PORT, integer: true }),
  },
  tokenFile: {
    field: 'token_file',
    flag: '--token-file <file>',
    help: 'a file whose first line is the token that users of the viewer must give',
    takes: 'text',
    fallback: '',
    isPath: true,
    read: (value: unknown) => text(value, 'a file'),
  },
  allowHosts: {
    field: 'allow_hosts',
    flag: '--allow-hosts <names>',
    help: 'further host names of the viewer, such as that of a reverse proxy, separated by commas',
    takes: 'text',
    fallback: '',
    read: hostNames,
  },
  metrics: {
    field: 'metrics',
    flag: '--metrics <port>',
    help: 'serve Prometheus metrics on this port of 127.0.0.1, at /metrics; 0 serves none',
    fallback: 0,
    ...numberWithin({ min: 0, max: MAX_PORT, integer: true }),
  },
} satisfies Record<string, Setting<unknown>>;

function hostNames(value: unknown): string {
  const isList = typeof value === 'string' && value.split(',').every((name) => /^[a-z0-9.-]+$/i.test(name.trim()));
  if (isList) return value;
  throw new Error('host names without ports, such as camera.example or a.example,b.example');
}
