import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import type { Tone } from "@/ui/Status";

export const STATES: Record<string, { tone: Tone; words: MessageDescriptor }> = {
  waiting: { tone: "waiting", words: msg`Waiting` },
  sent: { tone: "good", words: msg({ message: "Sent", context: "message" }) },
  dead: { tone: "bad", words: msg`Given up` },
  stopped: { tone: "quiet", words: msg`Stopped` },
};

/** How a message leaves, in words. */
export function useChannelWords(): (channel: string) => string {
  const { t } = useLingui();
  return (channel) => {
    const [kind, name = ""] = channel.split(":");
    if (kind === "webhook") return t`Webhook`;
    if (kind === "mail") return t`E-mail`;
    return t`Provider ${name}`;
  };
}
