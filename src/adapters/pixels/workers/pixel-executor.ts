import { type AnswerTo, type PixelTask, perform, type Verdict } from './pixel-tasks.ts';

/** Who does what is done to pixels. */
export interface PixelExecutor {
  /** How many tasks are worth giving at a time. */
  readonly atOnce: number;
  /** Whether the pixels of a decoded picture have to be in memory that threads share. */
  readonly shares: boolean;
  /** Does a task that takes so many bytes of memory, made when its turn comes. Throws `WorkerLost`; anything else that it throws is no verdict on a picture. */
  perform<T extends PixelTask>(make: () => T, memory: number): Promise<AnswerTo<T>>;
  close(): Promise<void>;
}

/** A task has cost two workers: the second one did nothing else meanwhile, nor did any other. */
export class WorkerLost extends Error {
  /** True where it was taken away because its time was over; false where it died by itself. */
  readonly late: boolean;

  constructor(late: boolean) {
    super(late ? 'a worker did not come to an end in time' : 'a worker died of its task');
    this.name = 'WorkerLost';
    this.late = late;
  }
}

/** Of a picture that has cost two workers, the second one alone. */
export function lostOn({ late }: WorkerLost): Verdict {
  const message = late
    ? 'the picture takes longer to be decoded than it may (max_picture_time)'
    : 'the picture takes more to be decoded than there is: two workers have died of it';
  return { code: 'too_large', message };
}

/** In this thread, one task after the other, and each as long as it takes. */
export const INLINE_EXECUTOR: PixelExecutor = {
  atOnce: 1,
  shares: false,
  perform: <T extends PixelTask>(make: () => T) => perform(make()) as Promise<AnswerTo<T>>,
  close: async () => {},
};
