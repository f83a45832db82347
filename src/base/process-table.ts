import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { sha256Of } from './digest.ts';

/**
 * What a process number belongs to: a host since its start, or a container since its own. Containers can have one host
 * name, and the same process numbers: numbers of two tables must not be compared.
 */
export interface ProcessTable {
  readonly host: string;
  /** Twelve hexadecimal digits. */
  readonly id: string;
  readonly isContainer: boolean;
}

/** The inode number of the first PID namespace of every Linux kernel (PROC_PID_INIT_INO). */
const FIRST_NAMESPACE = 'pid:[4026531836]';

let own: ProcessTable | undefined;

/** The table of this process. */
export function processTable(): ProcessTable {
  own ??= readTable();
  return own;
}

/** A table's name for the catalog, which every host of a pipeline writes to: `camera-7#3f2a9c0d1e5b`. */
export function tableName({ host, id }: ProcessTable): string {
  return `${host}#${id}`;
}

function readTable(): ProcessTable {
  const host = hostname();
  // Without Linux's /proc, a table is known by its host name alone.
  const boot = orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()) || host;
  const namespace = orEmpty(() => readlinkSync('/proc/self/ns/pid'));
  const id = sha256Of([boot, namespace, startOfFirst()].join(' ')).slice(0, 12);
  return { host, id, isContainer: namespace !== '' && namespace !== FIRST_NAMESPACE };
}

/** When the table's first process started, in ticks since boot: a namespace gets the number of one that is gone. */
function startOfFirst(): string {
  const stat = orEmpty(() => readFileSync('/proc/1/stat', 'latin1'));
  // The name of the program, in parentheses, may contain anything. The start is field 22 of proc_pid_stat(5).
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
