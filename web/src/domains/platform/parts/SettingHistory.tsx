import { Trans, useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { useApi } from "@/api/context";
import { Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { DataTable } from "@/ui/table/DataTable";
import { When } from "@/ui/When";
import type { Setting } from "../queries";
import { useSettingWords } from "./settingWords";

/** What a setting of the platform was, newest first. */
export function SettingHistory({ setting }: { setting: Setting }) {
  const { t } = useLingui();
  const { api } = useApi();
  const words = useSettingWords();
  const history = api.useQuery("get", "/v1/platform/settings/{name}/history", {
    params: { path: { name: setting.name }, query: { limit: 100 } },
  });
  if (history.error) return <ProblemNotice error={history.error} />;
  if (history.data?.data.length === 0)
    return (
      <Text c="dimmed">
        <Trans>Never changed: this is the default.</Trans>
      </Text>
    );
  return (
    <Section title={t`History`}>
      <DataTable
        label={t`History`}
        list={history}
        rowId={(version) => String(version.version)}
        empty={null}
        columns={[
          {
            id: "value",
            header: t`Value`,
            cell: (version) => words.value(setting, version.value),
          },
          { id: "when", header: t`When`, cell: (version) => <When at={version.changed_at} /> },
          {
            id: "who",
            header: t`By whom`,
            cell: (version) => version.actor_id ?? version.actor_type,
          },
        ]}
      />
    </Section>
  );
}
