import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Schemas } from "@/api/context";
import type { Tone } from "@/ui/Status";

export type Action = Schemas["BulkActionIn"]["action"];
export type Kind = Action["type"];

interface KindWords {
  /** On the menu, with three dots, because a question follows. */
  begin: MessageDescriptor;
  /** As a heading, and of what was done. */
  title: MessageDescriptor;
  /** What one must be allowed to do to a single member. */
  permission: string;
}

export const KINDS: Record<Kind, KindWords> = {
  adjust_points: {
    begin: msg`Adjust points…`,
    title: msg`Adjust points`,
    permission: "ledger:adjust",
  },
  add_to_segment: {
    begin: msg`Add to a segment…`,
    title: msg`Add to a segment`,
    permission: "segments:write",
  },
  remove_from_segment: {
    begin: msg`Remove from a segment…`,
    title: msg`Remove from a segment`,
    permission: "segments:write",
  },
  give_reward: {
    begin: msg`Give a reward…`,
    title: msg`Give a reward`,
    permission: "rewards:give",
  },
  block: { begin: msg`Block…`, title: msg`Block members`, permission: "members:write" },
  unblock: { begin: msg`Unblock…`, title: msg`Unblock members`, permission: "members:write" },
};

export const STATES: Record<
  Schemas["BulkActionOut"]["state"],
  { words: MessageDescriptor; tone: Tone }
> = {
  waiting: { words: msg`Waiting`, tone: "waiting" },
  running: { words: msg`Running`, tone: "info" },
  finished: { words: msg`Finished`, tone: "good" },
  cancelled: { words: msg`Cancelled`, tone: "quiet" },
};

/** Why it was not done to somebody, for the reasons that are usual; others come in the API's words. */
export const REASONS: Record<string, MessageDescriptor> = {
  insufficient_points: msg`Not enough points`,
  member_inactive: msg`Blocked or archived: only active members can be on a list`,
  member_blocked: msg`Blocked`,
  member_archived: msg`Archived`,
  member_merged: msg`Merged into another member meanwhile`,
  member_erased: msg`Erased meanwhile`,
  segment_archived: msg`The segment was archived`,
  segment_is_dynamic: msg`The segment follows criteria; nobody is added by hand`,
  out_of_stock: msg`Out of stock`,
  reward_unavailable: msg`The reward is not on offer`,
  wallet_closed: msg`The wallet is closed`,
};

export const OUTCOMES: Record<
  NonNullable<Schemas["BulkMemberOut"]["outcome"]>,
  { words: MessageDescriptor; tone: Tone }
> = {
  done: { words: msg`Done`, tone: "good" },
  unchanged: { words: msg`Was so already`, tone: "quiet" },
  failed: { words: msg`Failed`, tone: "bad" },
};
