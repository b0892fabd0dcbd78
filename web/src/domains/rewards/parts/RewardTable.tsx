import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { FilterBar } from "@/ui/FilterBar";
import type { Filters } from "@/ui/filters";
import { formatNumber } from "@/ui/format";
import { Points } from "@/ui/Points";
import { DataTable, type ListAnswer } from "@/ui/table/DataTable";
import { useViews } from "@/ui/table/views";
import { useTenantPath } from "@/ui/tenant";
import { useUnits } from "@/ui/units";
import type { Paging } from "@/ui/url";
import { When } from "@/ui/When";
import type { Reward } from "../queries";
import { useRewardWords } from "../rewardWords";
import { leftOf, RewardStatus } from "./RewardStatus";

interface RewardTableProps {
  list: ListAnswer<Reward>;
  paging: Paging;
  filters: Filters;
  empty: ReactNode;
}

/** The catalogue as a table. */
export function RewardTable({ list, paging, filters, empty }: RewardTableProps) {
  const { t, i18n } = useLingui();
  const below = useTenantPath();
  const unit = useUnits();
  const words = useRewardWords();
  const views = useViews("rewards");
  const number = (value: number | null) =>
    value === null ? t`No limit` : formatNumber(value, i18n.locale);
  return (
    <DataTable<Reward>
      label={t`Rewards`}
      list={list}
      rowId={(reward) => reward.id}
      rowLink={(reward) => below(`rewards/${reward.id}`)}
      paging={paging}
      filters={<FilterBar filters={filters} />}
      views={views}
      empty={empty}
      columns={[
        { id: "name", header: t`Reward`, sort: "name", cell: (reward) => reward.name },
        { id: "status", header: t`Status`, cell: (reward) => <RewardStatus reward={reward} /> },
        { id: "worth", header: t`What it is`, cell: (reward) => words.worth(reward) },
        {
          id: "price",
          header: t`Price`,
          align: "right",
          sort: "cost_points",
          cell: (reward) => <Points value={reward.cost_points} {...unit(reward.program_id)} bare />,
        },
        {
          id: "left",
          header: t`Left`,
          align: "right",
          definition: t`How many can still be had: by the stock, the uploaded codes and the limit in all.`,
          cell: (reward) => number(leftOf(reward)),
        },
        {
          id: "redeemed",
          header: t`Redeemed`,
          align: "right",
          cell: (reward) => number(reward.redemptions),
        },
        { id: "category", header: t`Category`, cell: (reward) => reward.category },
        {
          id: "created",
          header: t`Created`,
          sort: "created_at",
          hidden: true,
          cell: (reward) => <When at={reward.created_at} />,
        },
      ]}
    />
  );
}
