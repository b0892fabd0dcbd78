import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { formatShare } from "@/ui/format";
import type { Health } from "../queries";
import { useLag } from "./measures";

type Queue = Health["queues"][number];

/** Seconds that something may be due without anybody having to look. */
const LATE: Record<Queue["name"], number> = { relay: 30, handlers: 60, outbound: 300, jobs: 900 };
/** The part of connections that may be open. */
export const MANY = 0.8;

export const isLate = (queue: Queue) => queue.lag_seconds > LATE[queue.name];

/** What each queue is called, and what it holds. */
export function useQueueWords(): Record<Queue["name"], { name: string; holds: string }> {
  const { t } = useLingui();
  return {
    relay: { name: t`Relay`, holds: t`Events that nobody was told of yet` },
    handlers: { name: t`Handlers`, holds: t`Events that Laurels itself still has to follow` },
    outbound: { name: t`Outbound`, holds: t`Webhooks, mails and orders to providers` },
    jobs: { name: t`Jobs`, holds: t`Runs of jobs that wait or are under way` },
  };
}

/** What is wrong, in words, and what to do about it. */
export function useTroubles(): (health: Health) => { id: string; words: ReactNode }[] {
  const { i18n } = useLingui();
  const lag = useLag();
  const names = useQueueWords();
  return ({ database, queues }) => {
    const share = database.connections / database.max_connections;
    const part = formatShare(share, i18n.locale);
    const troubles: { id: string; words: ReactNode }[] = [];
    if (share > MANY)
      troubles.push({
        id: "connections",
        words: (
          <Trans>
            {part} of all connections are open. Run fewer processes, lower LAURELS_POOL_SIZE, or
            raise max_connections of the server.
          </Trans>
        ),
      });
    for (const queue of queues) {
      const { name } = names[queue.name];
      const since = lag(queue.lag_seconds);
      const { dead } = queue;
      if (isLate(queue))
        troubles.push({
          id: `${queue.name} late`,
          words: (
            <Trans>
              {name}: the oldest has been due for {since}. See whether a worker runs, and what its
              log says.
            </Trans>
          ),
        });
      if (dead > 0)
        troubles.push({
          id: `${queue.name} dead`,
          words: (
            <Trans>
              {name}: {plural(dead, { one: "# dead letter", other: "# dead letters" })}. The staff
              of its tenant can send it again or discard it.
            </Trans>
          ),
        });
    }
    return troubles;
  };
}
