import { Trans, useLingui } from "@lingui/react/macro";
import { Button, MultiSelect, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useApi, useMay } from "@/api/context";
import { LocalNumberInput } from "@/ui/forms/numbers";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useToast } from "@/ui/toast";
import { type Setting, usePlans } from "../queries";
import { type Flag, isFlag, useSettingWords } from "./settingWords";

/** Changes a setting of the platform. */
export function SettingForm({ setting }: { setting: Setting }) {
  const [begun, setBegun] = useState(setting);
  return <Form key={begun.version} setting={begun} onLatest={setBegun} />;
}

function Form({ setting, onLatest }: { setting: Setting; onLatest: (next: Setting) => void }) {
  const { t } = useLingui();
  const { api, client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const toast = useToast();
  const plans = usePlans();
  const words = useSettingWords();
  const [theirs, setTheirs] = useState<Setting | null>(null);
  const tenants = api.useQuery(
    "get",
    "/v1/platform/tenants",
    { params: { query: { limit: 100, sort: "name" } } },
    { enabled: isFlag(setting) },
  );
  const { form, save, saving, changed, notices } = useApiForm<{ value: unknown }, Setting>({
    initialValues: { value: setting.value },
    submit: async ({ value }) => {
      const { data } = await client.PUT("/v1/platform/settings/{name}", {
        params: { path: { name: setting.name } },
        body: { value, version: setting.version },
      });
      return data as Setting;
    },
    onSaved: async (saved) => {
      onLatest(saved);
      toast.done(t`Saved. It takes effect at once.`);
      await queries.invalidateQueries();
    },
    label: () => words.label(setting),
    latest: async () => {
      const { data } = await client.GET("/v1/platform/settings");
      const found = data?.data.find(({ name }) => name === setting.name) ?? setting;
      setTheirs(found);
      return { value: found.value };
    },
    onLatest: () => theirs && onLatest(theirs),
  });
  const set = (value: unknown) => form.setFieldValue("value", value);
  const { value } = form.values;
  const flag = value as Flag;
  const label = words.label(setting);
  const names = new Map(tenants.data?.data.map(({ id, name }) => [id, name]));
  const locked = !may("platform:write");
  const common = { disabled: locked, error: form.errors.value as string | undefined };
  const before = words.value(setting, setting.value);
  const after = words.value(setting, value);
  return (
    <form onSubmit={save}>
      <Stack mb="xl">
        {notices}
        <Text c="dimmed">{words.hint(setting)}</Text>
        {isFlag(setting) ? (
          <>
            <Switch
              label={t`On`}
              checked={flag.on}
              onChange={(event) => set({ ...flag, on: event.currentTarget.checked })}
              {...common}
            />
            <MultiSelect
              label={flag.on ? t`But not for these tenants` : t`But for these tenants`}
              data={[...new Set([...names.keys(), ...flag.except_tenants])].map((id) => ({
                value: id,
                label: names.get(id) ?? id,
              }))}
              searchable
              value={flag.except_tenants}
              onChange={(chosen) => set({ ...flag, except_tenants: chosen })}
              disabled={locked}
            />
          </>
        ) : setting.name === "tenants.default_plan" ? (
          <Select
            label={label}
            data={plans.choices}
            allowDeselect={false}
            value={String(value)}
            onChange={set}
            {...common}
          />
        ) : setting.type === "number" ? (
          <LocalNumberInput
            label={label}
            allowDecimal={false}
            min={0}
            value={value as number}
            onChange={(next) => set(next === "" ? null : Number(next))}
            {...common}
          />
        ) : (
          <TextInput
            label={label}
            value={String(value)}
            onChange={(event) => set(event.currentTarget.value)}
            {...common}
          />
        )}
        {changed && (
          <Text role="status">
            <Trans>
              {before} becomes {after}, at once and for everybody.
            </Trans>
          </Text>
        )}
        {locked ? (
          <Text c="dimmed">
            <Trans>Your session may only read.</Trans>
          </Text>
        ) : (
          <Submit
            saving={saving}
            blocked={changed ? undefined : t`Nothing has changed`}
            aside={
              <Button variant="subtle" color="gray" onClick={() => set(setting.default)}>
                <Trans>Reset to the default</Trans>
              </Button>
            }
          >
            <Trans>Save</Trans>
          </Submit>
        )}
      </Stack>
    </form>
  );
}
