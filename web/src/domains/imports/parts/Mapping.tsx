import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useApi } from "@/api/context";
import { Submit } from "@/ui/forms/Submit";
import { Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useSteps } from "../queries";
import { type Import, KINDS, type Kind, type Settings } from "../words";
import { ColumnLine } from "./ColumnLine";
import { Findings } from "./Findings";
import { HowItIsRead } from "./HowItIsRead";

interface MappingProps {
  run: Import;
  editable: boolean;
  onTried: () => void;
}

/** The second step: which column of the file is which, and how its cells are written. */
export function Mapping({ run, editable, onTried }: MappingProps) {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api, client } = useApi();
  const [settings, setSettings] = useState(run.settings as Settings);
  const [source, setSource] = useState(run.source);
  const [everything, setEverything] = useState(false);
  const steps = useSteps(run);
  const kinds = api.useQuery("get", "/v1/imports/kinds");
  const preview = api.useQuery("post", "/v1/imports/{import_id}/preview", {
    params: { path: { import_id: run.id } },
    body: { kind: run.kind, settings },
  });
  const path = { params: { path: { import_id: run.id } } };
  const columns = kinds.data?.data.find((each) => each.kind === run.kind)?.columns ?? [];
  const known = columns.filter((column) => !column.of_lines || settings.group_by !== null);
  const used = (name: string) => name in settings.mapping || name in settings.constants;
  const shown = known.filter(
    (column) => everything || column.required || column.one_of || used(column.name),
  );
  const change = (patch: Partial<Settings>) => setSettings((old) => ({ ...old, ...patch }));
  const choose = (kind: Kind) =>
    steps.doing(() =>
      client.PATCH("/v1/imports/{import_id}", { ...path, body: { version: run.version, kind } }),
    );
  const tryOut = async () => {
    const body = { version: run.version, source, settings };
    const saved = await steps.doing(() =>
      client.PATCH("/v1/imports/{import_id}", { ...path, body }),
    );
    if (saved && (await steps.go("dry-run"))) onTried();
  };
  return (
    <Stack gap="lg">
      <Select
        label={t`What is in the file`}
        description={_(KINDS[run.kind].holds)}
        maw="24rem"
        allowDeselect={false}
        disabled={!editable || steps.busy}
        value={run.kind}
        onChange={(value) => value && void choose(value as Kind)}
        data={Object.entries(KINDS).map(([value, { label }]) => ({ value, label: _(label) }))}
      />
      <Section
        title={<Trans>Columns</Trans>}
        hint={<Trans>At the left what we need, beside it where it stands in your file.</Trans>}
        actions={
          <Button variant="default" size="xs" onClick={() => setEverything((old) => !old)}>
            {everything ? <Trans>Fewer columns</Trans> : <Trans>All columns</Trans>}
          </Button>
        }
      >
        <Stack gap="md">
          {shown.map((column) => (
            <ColumnLine
              key={column.name}
              run={run}
              column={column}
              settings={settings}
              onChange={change}
            />
          ))}
        </Stack>
        <Ignored names={preview.data?.ignored ?? []} />
      </Section>
      <HowItIsRead
        run={run}
        settings={settings}
        source={source}
        onChange={change}
        onSource={setSource}
      />
      <Findings preview={preview.data} />
      {steps.error !== null && <ProblemNotice error={steps.error} />}
      {preview.error !== null && <ProblemNotice error={preview.error} />}
      {editable && (
        <Submit
          saving={steps.busy}
          waits={<Trans>Saving…</Trans>}
          blocked={blockedBy(
            preview.data?.missing,
            preview.isPending,
            t`The file is still being looked at`,
          )}
          onClick={() => void tryOut()}
        >
          <Trans>Start the dry run</Trans>
        </Submit>
      )}
    </Stack>
  );
}

const blockedBy = (missing: string | null | undefined, pending: boolean, waiting: string) =>
  pending ? waiting : (missing ?? undefined);

function Ignored({ names }: { names: string[] }) {
  if (names.length === 0) return null;
  const list = names.join(", ");
  return (
    <Text c="dimmed" mt="md">
      <Trans>Not read from your file: {list}</Trans>
    </Text>
  );
}
