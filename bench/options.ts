import { parseArgs } from 'node:util';
import { brokerAddress } from '../src/config/broker-address.ts';

/** What can be measured, in the order in which it is. */
export const PARTS = ['startup', 'rates', 'latency', 'memory', 'viewer', 'scale', 'overhead', 'reference'] as const;
export type Part = (typeof PARTS)[number];

/** What makes sense on Kafka alone. */
const OF_KAFKA: ReadonlySet<Part> = new Set(['scale', 'overhead', 'reference']);

export interface BenchOptions {
  /** `embedded`; `kafka` for a broker that the bench starts and stops; `kafka://host:port` for one that is there. */
  readonly broker: string;
  readonly parts: readonly Part[];
  /** The folder of the reference's programs, and a Python that can run them. */
  readonly reference: string | undefined;
  readonly python: string;
  readonly quick: boolean;
}

/** Wrong usage, in one line. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const HELP = `Usage: npm run bench -- [options]

Measures whole runs of the built program, and prints the tables that the README shows.

Options:
  --broker <broker>   embedded (default); kafka: one that it starts and stops itself;
                      kafka://host:port: one that is there, without TLS and password
  --only <part>       ${PARTS.slice(0, 5).join(', ')}, and on Kafka ${PARTS.slice(5).join(', ')};
                      may be given several times (default: all)
  --reference <dir>   also runs the reference's three Python programs, which lie there, beside ours
  --python <path>     a Python that has kafka-python, Pillow and NumPy (default: python3)
  --quick             a tenth of the images, to see that it works: the figures say nothing
  -h, --help          show this help
`;

/** What the command line asks for; undefined where that is the help. Throws a UsageError. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const given = parsed(args);
  if (given.help) return undefined;
  const broker = given.broker === 'kafka' ? given.broker : address(given.broker);
  const { reference, python, quick } = given;
  const possible = PARTS.filter((part) => broker !== 'embedded' || !OF_KAFKA.has(part));
  const parts = possible.filter((part) => part !== 'reference' || reference !== undefined);
  if (reference !== undefined && broker === 'embedded') throw new UsageError('--reference needs --broker kafka');
  for (const part of given.only ?? []) {
    if (!PARTS.some((each) => each === part))
      throw new UsageError(`--only ${part}: there is no such part: give ${PARTS.join(', ')}`);
    if (!possible.some((each) => each === part)) throw new UsageError(`--only ${part} needs --broker kafka`);
    if (!parts.some((each) => each === part)) throw new UsageError(`--only ${part} needs --reference <dir>`);
  }
  return { broker, parts: parts.filter((part) => given.only?.includes(part) ?? true), reference, python, quick };
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        broker: { type: 'string', default: 'embedded' },
        only: { type: 'string', multiple: true },
        reference: { type: 'string' },
        python: { type: 'string', default: 'python3' },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

function address(broker: string): string {
  try {
    return brokerAddress(broker);
  } catch {
    throw new UsageError(`--broker ${broker}: give embedded, kafka, or a broker such as kafka://localhost:9092`);
  }
}
