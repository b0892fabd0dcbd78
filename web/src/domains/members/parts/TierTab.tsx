import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, Text, Tooltip } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { EntityLink } from "@/ui/EntityLink";
import { Money } from "@/ui/Money";
import { Columns, Facts, Section } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";
import { BASES } from "../tierWords";
import { plannedOf, TierForm } from "./TierForm";
import { TierHistory } from "./TierHistory";
import { TierProgress } from "./TierProgress";

type MemberTier = Schemas["MemberTierOut"];

interface TierTabProps {
  memberId: string;
  /** Whether the member is active: only those get and lose tiers. */
  active: boolean;
}

/** Where a member stands on the ladder, what is missing to the next step, and what was before. */
export function TierTab({ memberId, active }: TierTabProps) {
  const { t } = useLingui();
  const { api } = useApi();
  const tier = api.useQuery("get", "/v1/members/{member_id}/tier", {
    params: { path: { member_id: memberId } },
  });
  if (tier.error) return <ProblemNotice error={tier.error} />;
  return (
    <Stack gap="xl">
      <Columns count={2}>
        <Section
          title={<Trans>Now</Trans>}
          actions={tier.data && <ByHand memberId={memberId} tier={tier.data} active={active} />}
        >
          {tier.data && <Now tier={tier.data} />}
        </Section>
        <Section title={<Trans>What is missing</Trans>}>
          {tier.data && <TierProgress tier={tier.data} />}
        </Section>
      </Columns>
      <Section title={<Trans>History</Trans>}>
        <TierHistory memberId={memberId} />
      </Section>
      <Drawer id="tier" title={t`Give a tier by hand`}>
        <TierForm memberId={memberId} standing={tier.data?.standing ?? null} />
      </Drawer>
    </Stack>
  );
}

function Now({ tier: { standing, metrics } }: { tier: MemberTier }) {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  if (standing === null)
    return (
      <Text c="dimmed">
        <Trans>No tier.</Trans>
      </Text>
    );
  const basis = BASES[standing.basis];
  return (
    <Facts
      facts={[
        [
          t`Tier`,
          <EntityLink key="t" id={standing.tier.id}>
            {standing.tier.name}
          </EntityLink>,
        ],
        [t`Why`, basis ? _(basis) : standing.basis],
        standing.fixed && [t`Higher ones`, t`They do not rise above it`],
        [t`Since`, <When key="w" at={standing.achieved_at} form="full" />],
        [
          t`Kept until`,
          standing.expires_at ? <When at={standing.expires_at} form="full" /> : t`It has no end`,
        ],
        standing.grace_until !== null && [
          t`Grace until`,
          <When key="g" at={standing.grace_until} form="full" />,
        ],
        metrics && [t`Spend that counts`, <Money key="m" amount={metrics.spend} />],
        metrics && [t`Points that count`, <Points key="n" value={metrics.points} />],
        metrics && [t`Orders that count`, <Points key="o" value={metrics.orders} bare />],
      ]}
    />
  );
}

/** Giving a tier by hand and taking it back, for those who may. */
function ByHand({ memberId, tier, active }: TierTabProps & { tier: MemberTier }) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  if (!may("tiers:assign")) return null;
  const name = tier.standing?.tier.name ?? "";
  const path = { member_id: memberId };
  const takeBack = () =>
    ask({
      title: t`Take back “${name}”?`,
      preview: async () => {
        const { data } = await client.DELETE("/v1/members/{member_id}/tier", {
          params: { path, query: { dry_run: true } },
        });
        const after = plannedOf(data)?.tier.name;
        return after === undefined ? (
          <Trans>The member then has no tier.</Trans>
        ) : (
          <Trans>The member then stands on {after}, where they belong without it.</Trans>
        );
      },
      action: t`Take it back`,
      run: async () => {
        await client.DELETE("/v1/members/{member_id}/tier", { params: { path } });
        toast.done(t`“${name}” is taken back.`);
        await queries.invalidateQueries();
      },
    });
  const off = !active && t`Only active members get and lose tiers.`;
  return (
    <Group gap="xs">
      {dialog}
      {tier.standing?.basis === "manual" && (
        <Button size="xs" variant="default" disabled={!active} onClick={takeBack}>
          <Trans>Take it back…</Trans>
        </Button>
      )}
      <Tooltip label={off} disabled={off === false}>
        <Button
          size="xs"
          variant="default"
          data-disabled={!active || undefined}
          aria-disabled={!active}
          onClick={() => active && drawer.open("tier")}
        >
          <Trans>Give a tier…</Trans>
        </Button>
      </Tooltip>
    </Group>
  );
}
