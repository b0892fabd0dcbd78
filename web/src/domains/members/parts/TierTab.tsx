import { Trans, useLingui } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import { useApi, useMay } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { Money } from "@/ui/Money";
import { Columns, Facts, Section } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { DataTable } from "@/ui/table/DataTable";
import { When } from "@/ui/When";

/** Where a member stands on the ladder, what is missing to the next step, and what was before. */
export function TierTab({ memberId }: { memberId: string }) {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const params = { path: { member_id: memberId } };
  const enabled = may("tiers:read");
  const tier = api.useQuery("get", "/v1/members/{member_id}/tier", { params }, { enabled });
  const history = api.useQuery(
    "get",
    "/v1/members/{member_id}/tier/history",
    { params },
    { enabled },
  );
  if (tier.error) return <ProblemNotice error={tier.error} />;
  const { standing, next, to_keep: keep, metrics } = tier.data ?? {};
  return (
    <Stack gap="xl">
      <Columns count={2}>
        <Section title={<Trans>Now</Trans>}>
          <Facts
            facts={[
              [<Trans key="t">Tier</Trans>, standing?.tier.name ?? t`None`],
              standing != null && [
                <Trans key="a">Since</Trans>,
                <When key="w" at={standing.achieved_at} form="full" />,
              ],
              standing != null && [
                <Trans key="u">Kept until</Trans>,
                standing.expires_at ? (
                  <When at={standing.expires_at} form="full" />
                ) : (
                  t`It has no end`
                ),
              ],
              metrics != null && [
                <Trans key="s">Spend that counts</Trans>,
                <Money key="m" amount={metrics.spend} />,
              ],
              metrics != null && [
                <Trans key="p">Points that count</Trans>,
                <Points key="n" value={metrics.points} />,
              ],
              metrics != null && [<Trans key="o">Orders that count</Trans>, String(metrics.orders)],
            ]}
          />
        </Section>
        <Section title={<Trans>What is missing</Trans>}>
          {next && <MissingWords name={next.name} missing={next.missing} />}
          {keep && standing && <MissingWords name={standing.tier.name} missing={keep} keep />}
          {!next && !keep && (
            <Text c="dimmed">
              <Trans>Nothing: this is the highest tier, or there is no ladder.</Trans>
            </Text>
          )}
        </Section>
      </Columns>
      <Section title={<Trans>History</Trans>}>
        <DataTable
          label={t`Tiers so far`}
          list={history}
          rowId={(row) => row.id}
          empty={<Empty title={t`No tiers so far`} />}
          columns={[
            { id: "tier", header: t`Tier`, cell: (row) => row.tier.name },
            { id: "from", header: t`From`, cell: (row) => <When at={row.achieved_at} /> },
            {
              id: "to",
              header: t`To`,
              cell: (row) => (row.ended_at ? <When at={row.ended_at} /> : t`now`),
            },
            { id: "note", header: t`Note`, cell: (row) => row.note },
          ]}
        />
      </Section>
    </Stack>
  );
}

interface MissingProps {
  name: string;
  missing: { spend: string; points: number; orders: number };
  keep?: boolean;
}

function MissingWords({ name, missing, keep = false }: MissingProps) {
  const { orders } = missing;
  const parts = [
    Number(missing.spend) > 0 && <Money key="s" amount={missing.spend} />,
    missing.points > 0 && <Points key="p" value={missing.points} />,
    orders > 0 && <Trans key="o">{orders} orders</Trans>,
  ].filter(Boolean);
  return (
    <Text mb="xs">
      {keep ? <Trans>To keep {name}:</Trans> : <Trans>To reach {name}:</Trans>}{" "}
      {parts.length === 0 ? (
        <Trans>nothing more</Trans>
      ) : (
        parts.map((part, at) => (
          <span key={String(at)}>
            {at > 0 && " · "}
            {part}
          </span>
        ))
      )}
    </Text>
  );
}
