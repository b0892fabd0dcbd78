import { Trans, useLingui } from "@lingui/react/macro";
import { List, Loader, Stack, Text } from "@mantine/core";
import { Problem } from "@/api/problems";
import { EntityLink } from "@/ui/EntityLink";
import { formatNumber, formatShare } from "@/ui/format";
import { memberName } from "@/ui/memberName";
import { Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import type { Criteria, CriteriaTold } from "../queries";
import { usePreview } from "../queries";
import { Reasons } from "./Reasons";

/** How many would belong to it, and some of them with why; counted as one edits. */
export function Counted({ criteria, told }: { criteria: Criteria; told: CriteriaTold }) {
  const { t } = useLingui();
  const preview = usePreview(criteria);
  const unfinished = preview.error instanceof Problem && preview.error.code === "criteria_invalid";
  return (
    <Section
      title={<Trans>Who belongs to it</Trans>}
      hint={<Trans>Counted as you edit. Nothing is saved yet, and nobody is told.</Trans>}
      actions={preview.counting && criteria && <Loader size="xs" aria-label={t`Counting…`} />}
    >
      <Stack gap="sm" aria-live="polite">
        {criteria === null ? (
          <Text c="dimmed">
            <Trans>Add a condition, or begin with an example.</Trans>
          </Text>
        ) : unfinished ? (
          <Text c="dimmed">
            <Trans>Finish the condition to see who fits.</Trans>
          </Text>
        ) : preview.error ? (
          <ProblemNotice error={preview.error} onRetry={() => void preview.refetch()} />
        ) : preview.data ? (
          <Found preview={preview.data} told={told} />
        ) : (
          <Text c="dimmed">
            <Trans>Counting…</Trans>
          </Text>
        )}
      </Stack>
    </Section>
  );
}

interface FoundProps {
  preview: NonNullable<ReturnType<typeof usePreview>["data"]>;
  told: CriteriaTold;
}

function Found({ preview, told }: FoundProps) {
  const { i18n } = useLingui();
  const count = formatNumber(preview.members, i18n.locale);
  const everybody = formatNumber(preview.everybody, i18n.locale);
  const share = formatShare(preview.share, i18n.locale);
  return (
    <>
      <Text fz="xl" fw={600} className="tabular" data-testid="count">
        {preview.members === 1 ? <Trans>1 member</Trans> : <Trans>{count} members</Trans>}
      </Text>
      <Text c="dimmed">
        <Trans>
          {share} of all {everybody} members
        </Trans>
      </Text>
      {preview.sample.length > 0 && (
        <>
          <Text fw={600}>
            <Trans>The newest of them</Trans>
          </Text>
          <List listStyleType="none" spacing="xs">
            {preview.sample.slice(0, SHOWN).map((row) => (
              <List.Item key={row.member_id}>
                <EntityLink id={row.member_id}>
                  {memberName(row.expanded?.member ?? { id: row.external_id ?? row.member_id })}
                </EntityLink>
                <Text c="dimmed" fz="xs">
                  <Reasons found={row.found} told={told} />
                </Text>
              </List.Item>
            ))}
          </List>
        </>
      )}
    </>
  );
}

const SHOWN = 8;
