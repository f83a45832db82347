import { isMembershipLost } from '../errors.ts';

/** What a member has heard of its group, from when it joined until it joins again. */
export interface Standing {
  /** Notes that the group has gone on without this member, if that is what the error says; the answer is whether it is. */
  tellLost(error: unknown): boolean;
  /** The error by which the group said so; undefined while all is well. */
  lost(): unknown;
  /** Notes that it is a member again. */
  joined(): void;
}

/** All is well at first. */
export function createStanding(): Standing {
  let lost: unknown;
  return {
    tellLost(error) {
      if (!isMembershipLost(error)) return false;
      lost ??= error;
      return true;
    },
    lost: () => lost,
    joined() {
      lost = undefined;
    },
  };
}
