import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
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

/** How a redemption is delivered, as the reward said: a code made or drawn, by hand, by a provider. */
export function useFulfilmentWords() {
  const { t } = useLingui();
  return (fulfilment: string) => {
    const [kind, provider = ""] = fulfilment.split(":");
    if (kind === "code") return t`By a code that Laurels makes, at once`;
    if (kind === "pool") return t`By a code of your list, at once`;
    if (kind === "manual") return t`By hand: somebody of your staff delivers it`;
    return t`By ${provider}`;
  };
}
