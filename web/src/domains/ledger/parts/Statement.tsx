import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Skeleton, Stack } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { type Schemas, useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { usePeriod } from "@/ui/period";
import { Facts } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { ProblemNotice } from "@/ui/ProblemNotice";
import type { Column } from "@/ui/table/columns";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";
import { useLedgerWords } from "../words";

type Line = Schemas["StatementLineOut"];

/** What a wallet had, what came and went, and what it has, for the period in the address. */
export function Statement({ walletId, unit }: { walletId: string; unit: string }) {
  const { t } = useLingui();
  const { api } = useApi();
  const below = useTenantPath();
  const words = useLedgerWords();
  const [{ since, until }] = usePeriod();
  const statement = api.useQuery("get", "/v1/wallets/{wallet_id}/statement", {
    params: { path: { wallet_id: walletId }, query: { since, until } },
  });
  // Without a format the answer is no text.
  const found = statement.data as Schemas["StatementOut"] | undefined;
  if (statement.error)
    return <ProblemNotice error={statement.error} onRetry={() => void statement.refetch()} />;
  if (found === undefined) return <Skeleton h="12em" />;
  const columns: Column<Line>[] = [
    { id: "type", header: t`What`, cell: (line) => words.type(line.type) },
    { id: "when", header: t`When`, cell: (line) => <When at={line.occurred_at} form="full" /> },
    { id: "reason", header: t`Reason`, cell: (line) => line.reason ?? line.source },
    { id: "note", header: t`Words for the member`, cell: (line) => line.member_note },
    {
      id: "amount",
      header: t`Change`,
      align: "right",
      cell: (line) => <Points value={line.amount} signed bare />,
    },
    {
      id: "balance",
      header: t`Balance`,
      align: "right",
      cell: (line) => <Points value={line.balance} bare />,
    },
  ];
  const left = found.left_out;
  return (
    <Stack>
      <Facts
        facts={[
          [t`Balance before`, <Points key="" value={found.opening_balance} unit={unit} />],
          [t`Came in`, <Points key="" value={found.points_in} unit={unit} />],
          [t`Went out`, <Points key="" value={found.points_out} unit={unit} />],
          [t`Balance at the end`, <Points key="" value={found.closing_balance} unit={unit} />],
          found.closing_debt !== 0 && [
            t`Owed at the end`,
            <Points key="" value={found.closing_debt} unit={unit} />,
          ],
          left > 0 && [
            t`Not shown`,
            <Trans key="">{left} more movements; choose a shorter period</Trans>,
          ],
        ]}
      />
      <DataTable
        label={t`Statement`}
        list={{ data: { data: found.movements }, error: null, isPending: false, isFetching: false }}
        columns={columns}
        rowId={(line) => line.id}
        rowLink={(line) => below(`transactions/${line.id}`)}
        empty={
          <Empty title={t`Nothing moved`}>
            <Trans>Choose a longer period to see earlier movements.</Trans>
          </Empty>
        }
      />
    </Stack>
  );
}

/** The same statement as a file. */
export function Download({ walletId }: { walletId: string }) {
  const { client } = useApi();
  const toast = useToast();
  const [{ since, until, from, to }] = usePeriod();
  const [waiting, setWaiting] = useState(false);
  const download = async () => {
    setWaiting(true);
    try {
      const answer = await client.GET("/v1/wallets/{wallet_id}/statement", {
        params: { path: { wallet_id: walletId }, query: { since, until, format: "csv" } },
        parseAs: "text",
      });
      const address = URL.createObjectURL(new Blob([answer.data as string], { type: "text/csv" }));
      const link = document.createElement("a");
      link.href = address;
      link.download = `statement-${from}-${to}.csv`;
      link.click();
      URL.revokeObjectURL(address);
    } catch (error) {
      toast.failed(error);
    } finally {
      setWaiting(false);
    }
  };
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={16} aria-hidden />}
      loading={waiting}
      onClick={() => void download()}
    >
      <Trans>Download</Trans>
    </Button>
  );
}
