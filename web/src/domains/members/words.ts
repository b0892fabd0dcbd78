import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Tone } from "@/ui/Status";

export const STATUS: Record<string, { tone: Tone; words: MessageDescriptor }> = {
  active: { tone: "good", words: msg`Active` },
  blocked: { tone: "bad", words: msg`Blocked` },
  archived: { tone: "quiet", words: msg`Archived` },
  merged: { tone: "quiet", words: msg`Merged` },
  erased: { tone: "quiet", words: msg`Erased` },
};

/** Kinds of movements of points, as a member would name them. */
export const MOVEMENTS: Record<string, MessageDescriptor> = {
  earned: msg`Earned`,
  redeemed: msg`Redeemed`,
  bonus: msg`Bonus`,
  adjusted: msg`Adjusted by hand`,
  expired: msg`Expired`,
  refunded: msg`Refund`,
  reversed: msg`Reversed`,
  penalty: msg`Penalty`,
  transferred: msg`Transferred`,
};

export const SOURCES: Record<string, MessageDescriptor> = {
  purchase: msg`Purchase`,
  referral: msg`Referral`,
  signup: msg`Sign-up`,
  review: msg`Review`,
  social_share: msg`Share`,
  birthday: msg`Birthday`,
  campaign: msg`Campaign`,
  manual: msg`By hand`,
  steps: msg`Steps`,
  activity: msg`Activity`,
  achievement: msg`Achievement`,
  redemption: msg`Redemption`,
  expiration: msg`Expiry`,
  refund: msg`Refund`,
  debt: msg`Debt`,
  merge: msg`Merge`,
  migration: msg`Migration`,
  import: msg`Import`,
};
