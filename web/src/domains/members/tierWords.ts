import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** What a member's tier rests on. */
export const BASES: Record<string, MessageDescriptor> = {
  default: msg`Where everyone begins`,
  qualification: msg`Earned by what they did`,
  granted: msg`A step on the way down`,
  manual: msg`Given by hand`,
};

/** Why a member got a tier. */
export const REASONS: Record<string, MessageDescriptor> = {
  placed: msg`Where everyone begins`,
  qualification: msg`Earned by what they did`,
  renewal: msg`Earned again`,
  manual: msg`Given by hand`,
  refund: msg`Something was given back`,
  downgrade: msg`Not earned again in time`,
  expired: msg`The tier by hand was over`,
  removed: msg`The tier by hand was taken back`,
  ladder: msg`The ladder was changed`,
  archived: msg`Their tier was archived`,
  merge: msg`Merged with another member`,
  unmerge: msg`A merge was undone`,
};
