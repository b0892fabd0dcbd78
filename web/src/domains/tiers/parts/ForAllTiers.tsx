import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, List } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { Section } from "@/ui/Page";
import { useTenantPath } from "@/ui/tenant";

interface TierSettings {
  step_down: string;
  notice_days: number;
  multipliers_enabled: boolean;
}

/** What the settings say of all tiers, in sentences, for those who may read settings. */
export function ForAllTiers() {
  const { t } = useLingui();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const params = { path: { section: "tiers" } };
  const enabled = may("tenants:read");
  const section = api.useQuery("get", "/v1/settings/{section}", { params }, { enabled });
  if (section.data === undefined) return null;
  const settings = section.data.values as unknown as TierSettings;
  const { notice_days: notice } = settings;
  const days = t`${plural(notice, { one: "# day", other: "# days" })}`;
  return (
    <Section
      title={<Trans>What holds for all tiers</Trans>}
      actions={
        <Anchor component={Link} to={below("settings/tiers")}>
          <Trans>Settings</Trans>
        </Anchor>
      }
    >
      <List spacing="xxs">
        <List.Item>
          {settings.step_down === "one_level" ? (
            <Trans>Who does not earn a tier again in time goes down one tier at most.</Trans>
          ) : (
            <Trans>
              Who does not earn a tier again in time goes to the highest tier that they still earn.
            </Trans>
          )}
        </List.Item>
        <List.Item>
          {notice > 0
            ? t`${days} before a tier ends your systems are told of it, so that they can tell the member.`
            : t`Nobody is told before a tier ends.`}
        </List.Item>
        <List.Item>
          {settings.multipliers_enabled ? (
            <Trans>Members earn points times what their tier says.</Trans>
          ) : (
            <Trans>Tiers do not multiply points: that is switched off.</Trans>
          )}
        </List.Item>
      </List>
    </Section>
  );
}
