import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useApi } from "@/api/context";
import { Page } from "@/ui/Page";
import { useDownload } from "../files";
import { EXPORTS } from "../words";

/** Everything can be taken out, and most of it brought in again. */
export default function Exports() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  return (
    <Page
      title={t`Exports`}
      subtitle={
        <Trans>
          Each file is a CSV of this moment with everything of its kind. To take out a part, filter
          a list and export it there.
        </Trans>
      }
    >
      <Stack gap="md" maw="48rem">
        {Object.entries(EXPORTS).map(([kind, { label, holds, back }]) => (
          <Group key={kind} justify="space-between" wrap="nowrap" align="flex-start">
            <div>
              <Text fw={600}>{_(label)}</Text>
              <Text c="dimmed">
                {_(holds)} {back && <Trans>Can be imported again.</Trans>}
              </Text>
            </div>
            <Download kind={kind} name={_(label)} />
          </Group>
        ))}
      </Stack>
    </Page>
  );
}

function Download({ kind, name }: { kind: string; name: string }) {
  const { t } = useLingui();
  const { client } = useApi();
  const [waiting, download] = useDownload();
  return (
    <Button
      variant="default"
      loading={waiting}
      leftSection={<IconDownload size={16} aria-hidden />}
      aria-label={t`Download ${name}`}
      onClick={() =>
        download(`${kind}.csv`, () =>
          client.GET("/v1/exports/{kind}", {
            params: { path: { kind: kind as "members" } },
            parseAs: "blob",
          }),
        )
      }
    >
      <Trans>Download</Trans>
    </Button>
  );
}
