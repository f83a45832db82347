import { number, text } from './readers.ts';
import type { Setting } from './setting.ts';

const MAX_PORT = 65_535;

/** Where the viewer is to be seen, and by whom; and where a stage tells its figures. */
export const WEB_SETTINGS = {
  host: {
    field: 'host',
    flag: '--host <address>',
    help: "the address that the viewer listens on; another than this machine's own needs a token",
    fallback: '127.0.0.1',
    read: (value: unknown) => text(value, 'an address or a name of this machine, such as 127.0.0.1 or 0.0.0.0'),
  },
  port: {
    field: 'port',
    flag: '--port <number>',
    help: 'the port that the viewer listens on; 0 is any that is free',
    fallback: 8000,
    read: (value: unknown) => number(value, { min: 0, max: MAX_PORT, whole: true }),
  },
  tokenFile: {
    field: 'token_file',
    flag: '--token-file <file>',
    help: 'a file whose first line is the token that whoever looks must know',
    fallback: '',
    read: (value: unknown) => text(value, 'a file'),
  },
  allowHosts: {
    field: 'allow_hosts',
    flag: '--allow-hosts <names>',
    help: 'further names that the viewer is called by, such as that of a proxy before it, with commas between',
    fallback: '',
    read: hostNames,
  },
  metrics: {
    field: 'metrics',
    flag: '--metrics <port>',
    help: 'tell figures to Prometheus on this port of 127.0.0.1, at /metrics; 0 is not at all',
    fallback: 0,
    read: (value: unknown) => number(value, { min: 0, max: MAX_PORT, whole: true }),
  },
} satisfies Record<string, Setting<unknown>>;

function hostNames(value: unknown): string {
  const names = String(value).split(',');
  if (typeof value === 'string' && names.every((name) => /^[a-z0-9.-]+$/i.test(name.trim()))) return value;
  throw new Error('names without ports, such as camera.example or a.example,b.example');
}
