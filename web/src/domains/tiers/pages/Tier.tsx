import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, List, Skeleton, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type Schemas, useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Copy } from "@/ui/Copy";
import { formatNumber } from "@/ui/format";
import { Columns, Facts, Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Status } from "@/ui/Status";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";
import type { Tier } from "../ladder";
import { Swatch } from "../parts/Swatch";
import { useCriteriaWords, useTierWords } from "../words";

/** One tier: what it takes, what it brings, and who stands on it. */
export default function TierPage() {
  const { t } = useLingui();
  const { tierId } = useParams({ strict: false }) as { tierId: string };
  const { api } = useApi();
  const tier = api.useQuery("get", "/v1/tiers/{tier_id}", {
    params: { path: { tier_id: tierId } },
  });
  const back = { to: "tiers", label: <Trans>Tiers</Trans> };
  if (tier.error || tier.data === undefined)
    return (
      <Page title={t`Tier`} back={back}>
        {tier.error ? <ProblemNotice error={tier.error} /> : <Skeleton h="12em" />}
      </Page>
    );
  const found = tier.data;
  return (
    <Page
      title={found.name}
      back={back}
      aside={
        found.archived_at === null ? (
          <Swatch colour={found.color} />
        ) : (
          <Status tone="quiet">{t`Archived`}</Status>
        )
      }
      subtitle={found.description}
      actions={<Actions tier={found} />}
    >
      <Content tier={found} />
    </Page>
  );
}

function Content({ tier }: { tier: Tier }) {
  const { t, i18n } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const words = useTierWords();
  const criteria = useCriteriaWords();
  const distribution = api.useQuery("get", "/v1/tiers/distribution");
  const share = distribution.data?.data.find(({ id }) => id === tier.id);
  const members = share?.members ?? 0;
  const onIt = JSON.stringify({ field: "tier.level", op: "eq", value: tier.level });
  const benefits = words.brings(tier);
  return (
    <Stack gap="lg">
      <Columns count={2}>
        <Section title={t`What it takes`}>
          <Facts
            facts={[
              [t`To reach it`, words.takes(tier)],
              [t`What is counted`, criteria[tier.criteria as keyof typeof criteria]],
              [t`How long it lasts`, words.lasts(tier)],
              tier.is_default && [t`New members`, t`begin here`],
              [t`Its place`, formatNumber(tier.level, i18n.locale)],
              [t`Last changed`, <When key="" at={tier.updated_at} />],
              may("audit:read") && [
                t`Changes`,
                <Anchor
                  key=""
                  component={Link}
                  to={below("audit")}
                  search={{ target_id: tier.id } as never}
                >
                  {t`who changed what, and when`}
                </Anchor>,
              ],
              [t`Id`, <Copy key="" value={tier.id} />],
            ]}
          />
        </Section>
        <Section title={t`What it brings`}>
          {benefits.length === 0 ? (
            <Text c="dimmed">
              <Trans>Nothing but its name.</Trans>
            </Text>
          ) : (
            <List>
              {benefits.map((benefit) => (
                <List.Item key={benefit}>{benefit}</List.Item>
              ))}
            </List>
          )}
        </Section>
      </Columns>
      {share && (
        <Section title={t`Who stands on it`}>
          <Text>
            {t`${plural(members, {
              0: "No active member stands on this tier.",
              one: "# active member stands on this tier.",
              other: "# active members stand on this tier.",
            })}`}{" "}
            {members > 0 && may("segments:read") && (
              <Anchor
                component={Link}
                to={below("members")}
                search={{ criteria: onIt } as never}
                underline="always"
              >
                <Trans>Show them</Trans>
              </Anchor>
            )}
          </Text>
        </Section>
      )}
    </Stack>
  );
}

function Actions({ tier }: { tier: Tier }) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const queries = useQueryClient();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  if (!may("tiers:write")) return null;
  const params = { path: { tier_id: tier.id } };
  const { name } = tier;
  const restore = async () => {
    try {
      await client.POST("/v1/tiers/{tier_id}/restore", { params });
      toast.done(t`${name} is part of the ladder again.`);
      await queries.invalidateQueries();
    } catch (error) {
      toast.failed(error);
    }
  };
  const archive = () =>
    ask({
      title: t`Archive the tier “${name}”?`,
      preview: async () => {
        const body = { archived: [tier.id], changed: [], new: [], replace: false };
        const { data } = await client.POST("/v1/tiers/preview", { body });
        return <Fallen preview={data as Schemas["PreviewOut"]} />;
      },
      action: t`Archive`,
      run: async () => {
        await client.POST("/v1/tiers/{tier_id}/archive", { params, body: { move_members: true } });
        toast.done(t`${name} is archived.`);
        await queries.invalidateQueries();
      },
    });
  if (tier.archived_at !== null)
    return (
      <Button variant="default" onClick={() => void restore()}>
        <Trans>Restore</Trans>
      </Button>
    );
  return (
    <>
      {dialog}
      <Button variant="default" onClick={archive}>
        <Trans>Archive…</Trans>
      </Button>
      <Button component={Link} to={below("tiers/edit")}>
        <Trans>Edit the ladder</Trans>
      </Button>
    </>
  );
}

function Fallen({ preview }: { preview: Schemas["PreviewOut"] }) {
  const { t } = useLingui();
  if (preview.moves.length === 0) return t`Nobody stands on it, so nobody moves.`;
  return (
    <List>
      {preview.moves.map(({ to_tier: to, members }) => {
        const name = to?.name ?? "";
        const count = t`${plural(members, { one: "# member", other: "# members" })}`;
        return (
          <List.Item key={name}>
            {to ? t`${count} will go to ${name}.` : t`${count} will have no tier.`}
          </List.Item>
        );
      })}
    </List>
  );
}
