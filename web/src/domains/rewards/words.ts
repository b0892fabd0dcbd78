import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Tone } from "@/ui/Status";

export const STATES: Record<string, { tone: Tone; words: MessageDescriptor }> = {
  pending: { tone: "waiting", words: msg`To be delivered` },
  completed: { tone: "good", words: msg`Delivered` },
  used: { tone: "quiet", words: msg`Used` },
  cancelled: { tone: "quiet", words: msg`Cancelled` },
  failed: { tone: "bad", words: msg`Failed` },
  expired: { tone: "quiet", words: msg`Expired unused` },
  refunded: { tone: "quiet", words: msg`Refunded` },
};
