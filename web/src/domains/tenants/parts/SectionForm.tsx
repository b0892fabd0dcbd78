import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Button, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useToast } from "@/ui/toast";
import { changedNames, type SectionOut, type Values } from "../model";
import { useWords } from "../useWords";
import { Changes } from "./Changes";
import { SettingRow } from "./SettingRow";

/** Switches whose turning off takes something from members at once. */
const SWITCHES: Record<string, string> = { loyalty: "loyalty_enabled", rewards: "enabled" };

interface SectionFormProps {
  section: SectionOut;
  /** What the fields begin with: the values of now, or those of a version to be restored. */
  start: Values;
  onLatest: (section: SectionOut) => void;
}

/** All settings of a section, saved at once. */
export function SectionForm({ section, start, onLatest }: SectionFormProps) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const toast = useToast();
  const words = useWords();
  const { ask, dialog } = useConfirm();
  const [theirs, setTheirs] = useState<SectionOut | null>(null);
  const locked = !may("tenants:write");
  const path = { section: section.section };
  const { form, save, saving, notices } = useApiForm<Values, SectionOut>({
    initialValues: start,
    submit: async (values) => {
      const names = changedNames(section, section.values, values);
      const sent = Object.fromEntries(names.map((name) => [name, values[name]]));
      const body = { ...sent, version: section.version };
      const { data } = await client.PATCH("/v1/settings/{section}", { params: { path }, body });
      return data as SectionOut;
    },
    onSaved: (saved) => {
      toast.done(t`Saved. It takes effect at once.`);
      onLatest(saved);
      void queries.invalidateQueries();
    },
    label: (name) => words.setting(section, name).label,
    latest: async () => {
      const { data } = await client.GET("/v1/settings/{section}", { params: { path } });
      setTheirs(data as SectionOut);
      return (data as SectionOut).values;
    },
    onLatest: () => theirs && onLatest(theirs),
  });
  const changed = changedNames(section, section.values, form.values).length > 0;
  const turnsOff = SWITCHES[section.section] ?? "";
  const submit = (event: React.FormEvent<HTMLFormElement>) => {
    const off = section.values[turnsOff] === true && form.values[turnsOff] === false;
    if (!off) return save(event);
    event.preventDefault();
    const label = words.setting(section, turnsOff).label;
    ask({
      title: t`Switch off “${label}”?`,
      effect: <Changes section={section} values={form.values} />,
      action: t`Switch off`,
      run: () => Promise.resolve(save()),
    });
  };
  return (
    <form onSubmit={submit}>
      {dialog}
      {notices}
      <Box mb="md">
        {Object.keys(section.properties).map((name) => (
          <SettingRow key={name} section={section} name={name} form={form} locked={locked} />
        ))}
      </Box>
      {locked ? (
        <Text c="dimmed">
          <Trans>
            You may read these settings. Owners and administrators of your staff may change them.
          </Trans>
        </Text>
      ) : (
        <Stack gap="md">
          <Changes section={section} values={form.values} />
          <Submit
            saving={saving}
            blocked={changed ? undefined : t`Nothing has changed`}
            aside={
              changed && (
                <Button
                  variant="subtle"
                  color="gray"
                  onClick={() => form.setValues(section.values as never)}
                >
                  <Trans>Discard the changes</Trans>
                </Button>
              )
            }
          >
            <Trans>Save</Trans>
          </Submit>
        </Stack>
      )}
    </form>
  );
}
