import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor } from "@mantine/core";
import { useApi } from "@/api/context";
import { DocsLink } from "@/ui/DocsLink";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Page } from "@/ui/Page";
import { DataTable } from "@/ui/table/DataTable";
import { When } from "@/ui/When";
import { SettingHistory } from "../parts/SettingHistory";
import { SettingForm } from "../parts/SettingForm";
import { useSettingWords } from "../parts/settingWords";

/** Settings of the whole installation, and features that are on or off. */
export default function PlatformSettings() {
  const { t } = useLingui();
  const { api } = useApi();
  const drawer = useDrawer();
  const words = useSettingWords();
  const settings = api.useQuery("get", "/v1/platform/settings");
  const chosen = settings.data?.data.find(({ name }) => name === drawer.id);
  return (
    <Page
      title={t`Settings of the platform`}
      subtitle={
        <>
          <Trans>They hold for all tenants, unless a tenant is named as an exception.</Trans>{" "}
          <DocsLink page="operating/operators.md#settings-and-feature-flags" />
        </>
      }
    >
      <DataTable
        label={t`Settings of the platform`}
        list={settings}
        rowId={(setting) => setting.name}
        empty={null}
        columns={[
          {
            id: "name",
            header: t`Setting`,
            cell: (setting) => (
              <Anchor component="button" type="button" onClick={() => drawer.open(setting.name)}>
                {words.label(setting)}
              </Anchor>
            ),
          },
          {
            id: "value",
            header: t`Now`,
            cell: (setting) => words.value(setting, setting.value),
          },
          {
            id: "default",
            header: t`Default`,
            cell: (setting) => words.value(setting, setting.default),
          },
          {
            id: "changed",
            header: t`Changed`,
            cell: (setting) => (setting.updated_at ? <When at={setting.updated_at} /> : t`Never`),
          },
        ]}
      />
      {chosen && (
        <Drawer id={chosen.name} title={words.label(chosen)}>
          <SettingForm setting={chosen} />
          <SettingHistory setting={chosen} />
        </Drawer>
      )}
    </Page>
  );
}
