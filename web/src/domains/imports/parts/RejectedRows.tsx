import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { Section } from "@/ui/Page";
import { DataTable } from "@/ui/table/DataTable";
import { usePaging } from "@/ui/url";
import { type RejectedRow, useDownload } from "../files";
import type { Import } from "../words";

/** The rows that were rejected, with reasons, and a file of them. */
export function RejectedRows({ run, dryRun = false }: { run: Import; dryRun?: boolean }) {
  const { t } = useLingui();
  const { api, client } = useApi();
  const paging = usePaging({ sort: "line" });
  const [waiting, download] = useDownload();
  const path = { import_id: run.id };
  const rows = api.useQuery(
    "get",
    "/v1/imports/{import_id}/rejected-rows",
    { params: { path, query: { of_dry_run: dryRun, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  const get = () =>
    client.GET("/v1/imports/{import_id}/rejected-rows.csv", {
      params: { path, query: { of_dry_run: dryRun } },
      parseAs: "blob",
    });
  return (
    <Section
      title={<Trans>Rejected rows</Trans>}
      hint={
        <Trans>
          The file has each of them with its reason. Correct them there and import that file.
        </Trans>
      }
      actions={
        <Button
          variant="default"
          size="xs"
          loading={waiting}
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => download(`${run.id}.rejected.csv`, get)}
        >
          <Trans>Download rejected rows</Trans>
        </Button>
      }
    >
      <DataTable<RejectedRow>
        label={t`Rejected rows`}
        list={rows}
        rowId={(row) => String(row.line)}
        paging={paging}
        columns={[
          { id: "line", header: t`Line`, cell: (row) => row.line },
          { id: "field", header: t`Column`, cell: (row) => row.field },
          { id: "message", header: t`Reason`, cell: (row) => row.message },
          {
            id: "row",
            header: t`Row`,
            cell: (row) => (
              <Text inherit c="dimmed" lineClamp={2} maw="36ch">
                {Object.values(row.row).filter(Boolean).join(", ")}
              </Text>
            ),
          },
        ]}
      />
    </Section>
  );
}
