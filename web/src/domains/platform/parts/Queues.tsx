import { useLingui } from "@lingui/react/macro";
import { formatNumber } from "@/ui/format";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import type { Health } from "../queries";
import { useLag } from "./measures";
import { isLate, useQueueWords } from "./troubles";

type Queue = Health["queues"][number];

/** Each kind of queue: what waits, for how long, and what failed. */
export function Queues({ queues }: { queues: Queue[] }) {
  const { t, i18n } = useLingui();
  const lag = useLag();
  const words = useQueueWords();
  const figure = (value: number) => formatNumber(value, i18n.locale);
  return (
    <DataTable
      label={t`Queues`}
      list={{ data: { data: queues }, error: null, isPending: false, isFetching: false }}
      rowId={(queue) => queue.name}
      empty={null}
      columns={[
        {
          id: "name",
          header: t`Queue`,
          cell: (queue) => words[queue.name].name,
        },
        {
          id: "state",
          header: t`State`,
          cell: (queue) =>
            isLate(queue) ? (
              <Status tone="bad">{t`Late`}</Status>
            ) : queue.dead > 0 ? (
              <Status tone="attention">{t`Something failed`}</Status>
            ) : queue.waiting > 0 ? (
              <Status tone="good">{t`At work`}</Status>
            ) : (
              <Status tone="good">{t`Empty`}</Status>
            ),
        },
        {
          id: "waiting",
          header: t`Waiting`,
          align: "right",
          cell: (queue) => figure(queue.waiting),
        },
        {
          id: "lag",
          header: t`Oldest due for`,
          align: "right",
          cell: (queue) =>
            queue.waiting === 0
              ? "–"
              : queue.lag_seconds === 0
                ? t`Not due yet`
                : lag(queue.lag_seconds),
        },
        {
          id: "dead",
          header: t`Dead letters`,
          align: "right",
          cell: (queue) => figure(queue.dead),
        },
        { id: "about", header: t`What it holds`, cell: (queue) => words[queue.name].holds },
      ]}
    />
  );
}
