import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, List, Skeleton, Text } from "@mantine/core";
import type { Schemas } from "@/api/context";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useReason } from "./useReason";

interface PreviewProps {
  preview: { data?: Schemas["BulkPreviewOut"] | undefined; error: unknown; isPending: boolean };
}

/** What the action would do, as the API has tried it and undone it. */
export function Preview({ preview }: PreviewProps) {
  const { t } = useLingui();
  const reason = useReason();
  if (preview.error) return <ProblemNotice error={preview.error} />;
  if (!preview.data) return <Skeleton h="4em" />;
  const { total, checked, done, unchanged, failed, problems } = preview.data;
  const why = problems.map(reason).join("; ");
  return (
    <Alert color="gray" title={<Trans>What this does</Trans>}>
      <Text>
        {t`${plural(total, { one: "It is for # member.", other: "It is for # members." })}`}{" "}
        {total > checked &&
          t`${plural(checked, { one: "Tried on the first one:", other: "Tried on the first #:" })}`}
      </Text>
      <List>
        <List.Item>
          {t`${plural(done, { one: "# will be changed", other: "# will be changed" })}`}
        </List.Item>
        {unchanged > 0 && (
          <List.Item>
            {t`${plural(unchanged, { one: "# is so already", other: "# are so already" })}`}
          </List.Item>
        )}
        {failed > 0 && (
          <List.Item>
            {t`${plural(failed, { one: "# will be left out", other: "# will be left out" })}`}:{" "}
            {why}
          </List.Item>
        )}
      </List>
    </Alert>
  );
}
