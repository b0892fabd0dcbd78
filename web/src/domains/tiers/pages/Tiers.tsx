import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, Text, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { Ladder } from "@/ui/charts/Ladder";
import { Empty } from "@/ui/Empty";
import { formatNumber } from "@/ui/format";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { DataTable } from "@/ui/table/DataTable";
import { useTenantPath } from "@/ui/tenant";
import { ForAllTiers } from "../parts/ForAllTiers";
import { Swatch } from "../parts/Swatch";
import { useTierWords } from "../words";

/** The ladder, and how many members stand on each step. */
export default function Tiers() {
  const { t, i18n } = useLingui();
  const { api } = useApi();
  const below = useTenantPath();
  const words = useTierWords();
  const tiers = api.useQuery("get", "/v1/tiers");
  const distribution = api.useQuery("get", "/v1/tiers/distribution");
  const steps = (distribution.data?.data ?? []).map((step) => ({
    id: step.id,
    label: step.name,
    value: step.members,
    colour: step.color,
  }));
  const total = formatNumber(distribution.data?.total ?? 0, i18n.locale);
  const without = formatNumber(distribution.data?.without_tier ?? 0, i18n.locale);
  return (
    <Page
      title={t`Tiers`}
      subtitle={<Trans>The steps that members climb by what they buy and earn.</Trans>}
      actions={<EditLink />}
    >
      {distribution.error && <ProblemNotice error={distribution.error} />}
      {steps.length > 0 && (
        <Ladder
          title={t`Where members stand`}
          says={
            distribution.data?.without_tier
              ? t`${total} members in all, ${without} of them without a tier.`
              : t`${total} members in all.`
          }
          unit={t`Members`}
          steps={[...steps].reverse()}
        />
      )}
      <DataTable
        label={t`Tiers`}
        list={{ ...tiers, data: tiers.data && { data: tiers.data.data.toReversed() } }}
        rowId={(tier) => tier.id}
        rowLink={(tier) => below(`tiers/${tier.id}`)}
        empty={
          <Empty title={t`No tiers`} action={<EditLink first />}>
            <Trans>
              This programme has no ladder yet. With tiers, those who buy more earn faster, and see
              what the next step takes.
            </Trans>
          </Empty>
        }
        columns={[
          {
            id: "name",
            header: t`Tier`,
            cell: (tier) => (
              <Group gap="xs" wrap="nowrap">
                <Swatch colour={tier.color} />
                {tier.name}
              </Group>
            ),
          },
          { id: "takes", header: t`What it takes`, cell: words.takes },
          {
            id: "brings",
            header: t`What it brings`,
            cell: (tier) => (
              <Stack gap={0}>
                {words.brings(tier).map((benefit) => (
                  <Text key={benefit} inherit>
                    {benefit}
                  </Text>
                ))}
              </Stack>
            ),
          },
          { id: "lasts", header: t`How long it lasts`, cell: words.lasts },
        ]}
      />
      <ForAllTiers />
    </Page>
  );
}

function EditLink({ first = false }: { first?: boolean }) {
  const { t } = useLingui();
  const may = useMay();
  const below = useTenantPath();
  const words = first ? <Trans>Build the ladder</Trans> : <Trans>Edit the ladder</Trans>;
  if (may("tiers:write"))
    return (
      <Button component={Link} to={below("tiers/edit")}>
        {words}
      </Button>
    );
  return (
    <Tooltip label={t`Your role may look at tiers, not change them.`}>
      <Button data-disabled aria-disabled>
        {words}
      </Button>
    </Tooltip>
  );
}
