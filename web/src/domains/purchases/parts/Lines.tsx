import { useLingui } from "@lingui/react/macro";
import { formatNumber } from "@/ui/format";
import { Empty } from "@/ui/Empty";
import { Money } from "@/ui/Money";
import type { Column } from "@/ui/table/columns";
import { DataTable } from "@/ui/table/DataTable";
import type { Line, Purchase } from "../queries";

/** What a line is called: its name, else its article number. */
export function lineName(line: Line, place: number): string {
  return line.name ?? line.sku ?? `${place}.`;
}

/** The articles of a purchase, with what came back of each. */
export function Lines({ purchase }: { purchase: Purchase }) {
  const { t, i18n } = useLingui();
  const { currency, lines } = purchase;
  const rows = lines.map((line, at) => ({ line, place: at + 1 }));
  type Row = (typeof rows)[number];
  const number = (value: string) => formatNumber(Number(value), i18n.locale);
  const columns: Column<Row>[] = [
    { id: "name", header: t`Article`, cell: ({ line, place }) => lineName(line, place) },
    { id: "sku", header: t`Article number`, cell: ({ line }) => line.sku ?? "–" },
    { id: "category", header: t`Category`, cell: ({ line }) => line.category ?? "–" },
    {
      id: "quantity",
      header: t`Quantity`,
      align: "right",
      cell: (row) => number(row.line.quantity),
    },
    {
      id: "price",
      header: t`Price of one`,
      align: "right",
      cell: ({ line }) => <Money amount={line.unit_price} currency={currency} />,
    },
    {
      id: "amount",
      header: t`Amount`,
      definition: t`What the line cost after discounts.`,
      align: "right",
      cell: ({ line }) => <Money amount={line.amount} currency={currency} />,
    },
  ];
  if (lines.some((line) => Number(line.refunded_amount) !== 0))
    columns.push({
      id: "back",
      header: t`Refunded`,
      align: "right",
      cell: ({ line }) =>
        Number(line.refunded_amount) === 0 ? (
          "–"
        ) : (
          <Money amount={line.refunded_amount} currency={currency} />
        ),
    });
  return (
    <DataTable
      label={t`Lines`}
      list={{ data: { data: rows }, error: null, isPending: false, isFetching: false }}
      columns={columns}
      rowId={(row) => String(row.place)}
      empty={
        <Empty
          title={t`No lines`}
        >{t`The purchase was sent as one amount, without articles.`}</Empty>
      }
    />
  );
}
