import { Trans, useLingui } from "@lingui/react/macro";
import { Button, SegmentedControl, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useApi } from "@/api/context";
import { Condition } from "@/ui/condition/Condition";
import type { ConditionJson } from "@/ui/condition/model";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { Section } from "@/ui/Page";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import type { Criteria, CriteriaTold, Segment } from "../queries";
import { Counted } from "./Counted";
import { CriteriaSentence } from "./CriteriaSentence";
import { Presets } from "./Presets";
import styles from "./segments.module.css";

export type SegmentValues = {
  name: string;
  description: string;
  kind: string;
  criteria: Criteria;
  auto_update: boolean;
};

export const valuesOf = (segment: Segment): SegmentValues => ({
  name: segment.name,
  description: segment.description ?? "",
  kind: segment.kind,
  criteria: segment.criteria as ConditionJson | null,
  auto_update: segment.auto_update,
});

/** Conditions as a list of one, or parts of them would be compared one by one. */
const compared = ({ kind: _, ...values }: SegmentValues): Record<string, unknown> => ({
  ...values,
  criteria: [values.criteria],
});

interface SegmentFormProps {
  segment: Segment | null;
  initial: SegmentValues;
  told: CriteriaTold;
  onTheirs: (segment: Segment) => void;
}

/** Name and conditions, with who fits them beside. */
export function SegmentForm({ segment, initial, told, onTheirs }: SegmentFormProps) {
  const { t } = useLingui();
  const below = useTenantPath();
  const [theirs, setTheirs] = useState<Segment | null>(null);
  const save = useSaving(segment);
  const { form, saving, changed, notices, ...sending } = useApiForm<SegmentValues, Segment>({
    initialValues: initial,
    submit: save.submit,
    onSaved: save.onSaved,
    label: useLabel(),
    told: compared,
    show: (field, value) =>
      field === "criteria" ? (
        <CriteriaSentence criteria={(value as Criteria[])[0] ?? null} told={told} />
      ) : field === "auto_update" ? (
        value ? (
          t`yes`
        ) : (
          t`no`
        )
      ) : undefined,
    latest: async () => {
      const now = await save.read();
      setTheirs(now);
      return compared(valuesOf(now));
    },
    onLatest: () => theirs && onTheirs(theirs),
  });
  const { criteria, kind } = form.values;
  const dynamic = kind === "dynamic";
  const blocked =
    segment && !changed
      ? t`Nothing has changed`
      : dynamic && criteria === null
        ? t`Add a condition first`
        : undefined;
  return (
    <div className={dynamic ? styles.beside : undefined}>
      <form onSubmit={sending.save}>
        <Stack gap="lg">
          {notices}
          <Stack gap="md" maw="36em">
            <TextInput label={t`Name`} required {...form.getInputProps("name")} />
            <Textarea
              label={t`Description`}
              description={t`What it is for, for your colleagues.`}
              autosize
              {...form.getInputProps("description")}
            />
          </Stack>
          {segment === null && (
            <Kind value={kind} onChange={(next) => form.setFieldValue("kind", next)} />
          )}
          {dynamic && (
            <Section title={t`Who belongs to it`}>
              <Stack gap="lg">
                {segment === null && (
                  <Presets
                    onPick={(name, picked) => {
                      form.setFieldValue("criteria", picked);
                      if (form.values.name === "") form.setFieldValue("name", name);
                    }}
                  />
                )}
                <Condition
                  value={criteria}
                  onChange={(next) => form.setFieldValue("criteria", next)}
                  fields={told.fields}
                  words={told.words}
                  options={told.options}
                  empty={<Trans>No condition yet.</Trans>}
                  error={form.errors.criteria}
                />
                <Switch
                  label={t`Members come and go by themselves`}
                  description={t`Within minutes of what they do, and each night. Otherwise when somebody recomputes it.`}
                  {...form.getInputProps("auto_update", { type: "checkbox" })}
                />
              </Stack>
            </Section>
          )}
          <Submit
            saving={saving}
            blocked={blocked}
            aside={
              <Button
                variant="subtle"
                color="gray"
                component={Link}
                to={below(segment ? `segments/${segment.id}` : "segments")}
              >
                <Trans>Cancel</Trans>
              </Button>
            }
          >
            {segment ? <Trans>Save</Trans> : <Trans>Create the segment</Trans>}
          </Submit>
        </Stack>
      </form>
      {dynamic && (
        <aside>
          <div className={styles.sticky}>
            <Counted criteria={criteria} told={told} />
          </div>
        </aside>
      )}
    </div>
  );
}

function Kind({ value, onChange }: { value: string; onChange: (kind: string) => void }) {
  const { t } = useLingui();
  return (
    <Stack gap="xs" align="flex-start">
      <SegmentedControl
        aria-label={t`Kind`}
        value={value}
        onChange={onChange}
        data={[
          { value: "dynamic", label: t`By conditions` },
          { value: "static", label: t`By hand` },
        ]}
      />
      <Text c="dimmed">
        {value === "dynamic" ? (
          <Trans>Members come and go by what is known of them.</Trans>
        ) : (
          <Trans>It begins empty; you add members by name, or paste a list.</Trans>
        )}
      </Text>
    </Stack>
  );
}

function useLabel() {
  const { t } = useLingui();
  const labels: Record<string, string> = {
    name: t`Name`,
    description: t`Description`,
    criteria: t`Who belongs to it`,
    auto_update: t`Members come and go by themselves`,
  };
  return (field: string) => labels[field] ?? field;
}

function useSaving(segment: Segment | null) {
  const { t } = useLingui();
  const { client } = useApi();
  const below = useTenantPath();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const toast = useToast();
  const path = { segment_id: segment?.id ?? "" };
  return {
    submit: async ({ kind, description, criteria, auto_update, name }: SegmentValues) => {
      const profile = { name, description: description || null };
      const rule = kind === "dynamic" ? { criteria: criteria as never, auto_update } : {};
      const { data } = segment
        ? await client.PATCH("/v1/segments/{segment_id}", {
            params: { path },
            body: { ...profile, ...rule, version: segment.version },
          })
        : await client.POST("/v1/segments", {
            body: { ...profile, ...rule, kind: kind as Segment["kind"] } as never,
          });
      return data as Segment;
    },
    onSaved: (saved: Segment) => {
      void queries.invalidateQueries();
      toast.done(segment ? t`Saved.` : t`The segment is there.`);
      void navigate({ to: below(`segments/${saved.id}`), ignoreBlocker: true });
    },
    read: async () =>
      (await client.GET("/v1/segments/{segment_id}", { params: { path } })).data as Segment,
  };
}
