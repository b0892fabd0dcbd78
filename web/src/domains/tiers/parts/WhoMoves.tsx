import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Group, List, Loader, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { EntityLink } from "@/ui/EntityLink";
import { Figure } from "@/ui/Figure";
import { formatNumber } from "@/ui/format";
import { memberName } from "@/ui/memberName";
import { Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";

type Proposal = Schemas["PreviewIn"];
export type Preview = Schemas["PreviewOut"];

/** So many members are looked at as one edits; all of them before it is saved. */
const QUICK = 1000;

/** Who would move by a ladder that is not saved yet, counted as one edits. */
export function usePreview(body: Proposal, enabled: boolean) {
  const { client } = useApi();
  const [asked] = useDebouncedValue(JSON.stringify({ ...body, at_most: QUICK }), 400);
  return useQuery({
    queryKey: ["tiers", "preview", asked],
    queryFn: async ({ signal }) =>
      (
        await client.POST("/v1/tiers/preview", {
          body: JSON.parse(asked) as Proposal,
          signal,
        })
      ).data,
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });
}

/** How many of all members are meant by so many of those looked at: `≈ 1,200`. */
function useCount(found: Preview | undefined): (value: number) => string {
  const { i18n } = useLingui();
  const { members = 0, active = 0, complete = true } = found ?? {};
  return (value) => {
    if (complete || value === 0) return formatNumber(value, i18n.locale);
    const about = (value * active) / Math.max(members, 1);
    return `≈ ${formatNumber(Number(about.toPrecision(2)), i18n.locale)}`;
  };
}

/** Says who would move, and where to, before the ladder is saved. */
export function WhoMoves({
  preview,
  none,
}: {
  preview: ReturnType<typeof usePreview>;
  none: boolean;
}) {
  const { t } = useLingui();
  const found = preview.data;
  const count = useCount(found);
  return (
    <Section
      title={<Trans>Who would move</Trans>}
      hint={<Trans>Counted as you edit. Nothing is saved yet, and nobody is told.</Trans>}
      actions={preview.isFetching && <Loader size="xs" aria-label={t`Counting…`} />}
    >
      {none ? (
        <Text c="dimmed">
          <Trans>Nothing has changed, so nobody moves.</Trans>
        </Text>
      ) : (
        <Stack aria-live="polite">
          {preview.error && <ProblemNotice error={preview.error} />}
          {found && !preview.error && (
            <>
              <Group grow>
                <Figure
                  label={t`Up`}
                  value={count(found.up)}
                  definition={t`Members who would stand on a higher tier than now.`}
                />
                <Figure
                  label={t`Down`}
                  value={count(found.down)}
                  definition={t`Members who would stand on a lower tier than now, or on none.`}
                />
              </Group>
              {found.moves.length > 0 && <Moves moves={found.moves} count={count} />}
              <Sample sample={found.sample} />
              <Text c="dimmed" fz="xs">
                <Looked {...found} />
              </Text>
            </>
          )}
        </Stack>
      )}
    </Section>
  );
}

function Looked({ members, active, complete }: Preview) {
  const { i18n } = useLingui();
  const looked = formatNumber(members, i18n.locale);
  const all = formatNumber(active, i18n.locale);
  if (complete) return <Trans>All {looked} active members were looked at.</Trans>;
  return (
    <Trans>
      Estimated from {looked} of {all} active members. All of them are counted before it is saved.
    </Trans>
  );
}

function Moves({ moves, count }: { moves: Preview["moves"]; count: (n: number) => string }) {
  return (
    <List spacing="xxs">
      {moves.map(({ from_tier: from, to_tier: to, members }) => (
        <List.Item key={`${from?.name} ${to?.name}`}>
          <MoveWords count={count(members)} from={from?.name} to={to?.name} />
        </List.Item>
      ))}
    </List>
  );
}

interface MoveWordsProps {
  count: string;
  from: string | undefined;
  to: string | undefined;
}

function MoveWords({ count, from, to }: MoveWordsProps) {
  if (from === undefined)
    return (
      <Trans>
        {count} from no tier to <b>{to}</b>
      </Trans>
    );
  if (to === undefined)
    return (
      <Trans>
        {count} from <b>{from}</b> to no tier
      </Trans>
    );
  return (
    <Trans>
      {count} from <b>{from}</b> to <b>{to}</b>
    </Trans>
  );
}

const SHOWN = 8;

function Sample({ sample }: { sample: Preview["sample"] }) {
  if (sample.length === 0)
    return (
      <Text>
        <Trans>Nobody moves.</Trans>
      </Text>
    );
  return (
    <Box>
      <Text c="dimmed" fz="xs" mb="xxs">
        <Trans>Some of them</Trans>
      </Text>
      <List spacing="xxs" listStyleType="none">
        {sample.slice(0, SHOWN).map(({ member_id: id, member, from_tier: from, to_tier: to }) => (
          <List.Item key={id}>
            <EntityLink id={id}>{member ? memberName(member) : undefined}</EntityLink>{" "}
            <Text span c="dimmed" fz="xs">
              {from?.name ?? "–"} → {to?.name ?? "–"}
            </Text>
          </List.Item>
        ))}
      </List>
    </Box>
  );
}
