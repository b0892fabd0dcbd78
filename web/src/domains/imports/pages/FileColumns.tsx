import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Code, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { type Schemas, useApi } from "@/api/context";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { DataTable } from "@/ui/table/DataTable";
import { save } from "../files";
import { columnWords, KINDS, type Kind } from "../words";

type FileKind = Schemas["ImportKindOut"];

/** Which columns each kind of file has, with a sample of each. */
export default function FileColumns() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const kinds = api.useQuery("get", "/v1/imports/kinds");
  if (kinds.error) return <ProblemNotice error={kinds.error} />;
  return (
    <Page
      title={t`What files look like`}
      subtitle={<Trans>Columns may have other names in your file: you say which is which.</Trans>}
      back={{ to: "imports", label: <Trans>Imports</Trans> }}
      tabs={(kinds.data?.data ?? []).map((kind) => ({
        id: kind.kind,
        label: _(KINDS[kind.kind].label),
        content: () => <Columns kind={kind} />,
      }))}
    />
  );
}

function Columns({ kind }: { kind: FileKind }) {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const words = (column: string) => columnWords(kind.kind as Kind, column);
  return (
    <Stack gap="md" pt="md">
      <Text>{_(KINDS[kind.kind].holds)}</Text>
      <Button
        variant="default"
        w="fit-content"
        leftSection={<IconDownload size={16} aria-hidden />}
        onClick={() =>
          save(new Blob([kind.sample], { type: "text/csv" }), `${kind.kind}-sample.csv`)
        }
      >
        <Trans>Download a sample</Trans>
      </Button>
      <DataTable
        label={t`Columns`}
        list={{ data: { data: kind.columns }, error: null, isPending: false, isFetching: false }}
        rowId={(column) => column.name}
        columns={[
          { id: "name", header: t`Column`, cell: (column) => <Code>{column.name}</Code> },
          {
            id: "means",
            header: t`What it is`,
            cell: (column) => {
              const found = words(column.name);
              return found ? _(found) : null;
            },
          },
          {
            id: "needed",
            header: t`Needed`,
            cell: (column) =>
              column.required
                ? t`Yes`
                : column.one_of
                  ? t`One of these`
                  : column.of_lines
                    ? t`With a row for each line`
                    : t`No`,
          },
          {
            id: "example",
            header: t`Example`,
            cell: (column) => column.example,
          },
        ]}
      />
    </Stack>
  );
}
