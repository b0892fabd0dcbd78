import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Progress, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Schemas } from "@/api/context";
import { wallOf } from "@/ui/format";
import { Money } from "@/ui/Money";
import { Points } from "@/ui/Points";
import { useTenantZone } from "@/ui/tenant";
import { Day, When } from "@/ui/When";

type MemberTier = Schemas["MemberTierOut"];
type Missing = Schemas["Missing"];

/** What a member still has to do, for the next tier and to keep the present one. */
export function TierProgress({ tier }: { tier: MemberTier }) {
  const { standing, next, to_keep: keep } = tier;
  if (!next && !keep)
    return (
      <Text c="dimmed">
        {standing ? (
          <Trans>Nothing: this is the highest tier.</Trans>
        ) : (
          <Trans>Nothing: there is no ladder yet.</Trans>
        )}
      </Text>
    );
  return (
    <Stack>
      {next && <ToReach next={next} />}
      {keep && standing && <ToKeep missing={keep} standing={standing} />}
    </Stack>
  );
}

function ToReach({ next }: { next: NonNullable<MemberTier["next"]> }) {
  const { t } = useLingui();
  const zone = useTenantZone();
  const { name, metrics, missing } = next;
  const parts = [
    {
      id: "spend",
      label: t`Money spent`,
      done: Number(metrics.spend),
      left: Number(missing.spend),
    },
    { id: "points", label: t`Points earned`, done: metrics.points, left: missing.points },
    { id: "orders", label: t`Orders`, done: metrics.orders, left: missing.orders },
  ].filter(({ left }) => left > 0);
  return (
    <Stack gap="xs">
      <Text>
        {parts.length === 0 ? (
          <Trans>
            <b>{name}</b> is reached with the next review.
          </Trans>
        ) : (
          <Trans>
            To reach <b>{name}</b>: <Amounts of={missing} />
          </Trans>
        )}
      </Text>
      {parts.map(({ id, label, done, left }) => (
        <Group key={id} gap="sm" wrap="nowrap">
          <Text fz="xs" c="dimmed" className="nowrap">
            {label}
          </Text>
          <Progress
            value={(100 * Math.max(done, 0)) / (done + left)}
            aria-label={label}
            flex={1}
            transitionDuration={0}
          />
          <Text fz="xs" c="dimmed" className="nowrap">
            <Of id={id} done={done} whole={done + left} />
          </Text>
        </Group>
      ))}
      {metrics.since !== null && (
        <Text fz="xs" c="dimmed">
          <Trans>
            What they did since <Day day={wallOf(metrics.since, zone).slice(0, 10)} /> counts.
          </Trans>
        </Text>
      )}
    </Stack>
  );
}

function Of({ id, done, whole }: { id: string; done: number; whole: number }) {
  const show = (value: number): ReactNode =>
    id === "spend" ? <Money amount={value.toFixed(2)} /> : <Points value={value} bare />;
  const reached = show(done);
  const asked = show(whole);
  return (
    <Trans>
      {reached} of {asked}
    </Trans>
  );
}

function ToKeep({ missing, standing }: { missing: Missing; standing: Schemas["StandingOut"] }) {
  const { name } = standing.tier;
  const end = standing.grace_until ?? standing.expires_at;
  return (
    <Text>
      {end ? (
        <Trans>
          To keep <b>{name}</b> beyond <When at={end} form="full" />: <Amounts of={missing} />
        </Trans>
      ) : (
        <Trans>
          To keep <b>{name}</b>: <Amounts of={missing} />
        </Trans>
      )}
    </Text>
  );
}

function Amounts({ of: { spend, points, orders } }: { of: Missing }) {
  const { t } = useLingui();
  const parts = [
    Number(spend) > 0 && <Money key="s" amount={spend} />,
    points > 0 && <Points key="p" value={points} />,
    orders > 0 && t`${plural(orders, { one: "# order", other: "# orders" })}`,
  ].filter(Boolean);
  if (parts.length === 0) return <Trans>nothing more</Trans>;
  return parts.map((part, at) => (
    <span key={String(at)}>
      {at > 0 && " · "}
      {part}
    </span>
  ));
}
