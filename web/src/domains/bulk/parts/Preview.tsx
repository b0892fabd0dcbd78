import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, List, Skeleton, Text } from "@mantine/core";
import type { Schemas } from "@/api/context";
import { formatNumber } from "@/ui/format";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useReason } from "./useReason";

interface PreviewProps {
  preview: { data?: Schemas["BulkPreviewOut"] | undefined; error: unknown; isPending: boolean };
}

/** What the action would do, as the API has tried it and undone it. */
export function Preview({ preview }: PreviewProps) {
  const { i18n } = useLingui();
  const reason = useReason();
  if (preview.error) return <ProblemNotice error={preview.error} />;
  if (!preview.data) return <Skeleton h="4em" />;
  const figure = (value: number) => formatNumber(value, i18n.locale);
  const { total, checked, done, unchanged, failed, problems } = preview.data;
  const why = problems.map(reason).join("; ");
  const [all, tried, would, already, not] = [total, checked, done, unchanged, failed].map(figure);
  return (
    <Alert color="gray" title={<Trans>What this does</Trans>}>
      <Text>
        {total === checked ? (
          <Trans>It is for {all}.</Trans>
        ) : (
          <Trans>
            It is for {all}. Tried on the first {tried}:
          </Trans>
        )}
      </Text>
      <List>
        <List.Item>
          <Trans>{would} will be changed</Trans>
        </List.Item>
        {unchanged > 0 && (
          <List.Item>
            <Trans>{already} are so already</Trans>
          </List.Item>
        )}
        {failed > 0 && (
          <List.Item>
            <Trans>
              {not} will be left out: {why}
            </Trans>
          </List.Item>
        )}
      </List>
    </Alert>
  );
}
