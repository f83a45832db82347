import { untilStopped } from './retry.ts';

/**
 * The same port, except that its calls throw `Stopped` two seconds after the signal has aborted, if they are still in progress.
 * They may still take effect.
 */
export function stoppable<T extends object>(port: T, signal: AbortSignal): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args);
        return result instanceof Promise ? untilStopped(result, signal) : result;
      };
    },
  });
}
