import { useLingui } from "@lingui/react/macro";
import type { ComponentProps } from "react";
import type { Schemas } from "@/api/context";
import { Points } from "@/ui/Points";
import { Status } from "@/ui/Status";
import type { Column } from "@/ui/table/columns";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { When } from "@/ui/When";
import { useLedgerWords } from "../words";

type Hold = Schemas["HoldOut"];
type Props = ComponentProps<typeof DataTable<Hold>>;

/** Points that are set aside, as a list. */
export function HoldTable(props: Pick<Props, "list" | "paging" | "filters" | "empty">) {
  const { t } = useLingui();
  const below = useTenantPath();
  const words = useLedgerWords();
  const columns: Column<Hold>[] = [
    {
      id: "made",
      header: t`Set aside`,
      sort: "created_at",
      cell: (hold) => <When at={hold.created_at} />,
    },
    { id: "reason", header: t`Reason`, cell: (hold) => hold.reason ?? "–" },
    {
      id: "status",
      header: t`Status`,
      cell: ({ status }) => (
        <Status tone={words.holdTone(status)}>{words.holdStatus(status)}</Status>
      ),
    },
    {
      id: "until",
      header: t`Released by itself`,
      cell: ({ expires_at: at }) => (at === null ? t`Never` : <When at={at} />),
    },
    {
      id: "points",
      header: t`Points`,
      align: "right",
      cell: (hold) => <Points value={hold.points} bare />,
    },
    {
      id: "spent",
      header: t`Spent`,
      align: "right",
      cell: (hold) => <Points value={hold.captured} bare />,
    },
  ];
  return (
    <DataTable
      label={t`Holds`}
      columns={columns}
      rowId={(hold) => hold.id}
      rowLink={(hold) => below(`holds/${hold.id}`)}
      {...props}
    />
  );
}
