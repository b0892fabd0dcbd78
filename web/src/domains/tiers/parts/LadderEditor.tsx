import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Button, Group, Stack } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useApi } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import { fieldNames, firstSteps, nextStep, proposalOf, stepOf, type Tier } from "../ladder";
import styles from "./ladder.module.css";
import { useFieldLabel } from "../words";
import type { LadderValues } from "./StepFields";
import { Steps } from "./Steps";
import { type Preview, usePreview, WhoMoves } from "./WhoMoves";

interface LadderEditorProps {
  before: Tier[];
  onTheirs: (tiers: Tier[]) => void;
}

/** Edits all steps; saving asks first where somebody would move. */
export function LadderEditor({ before, onTheirs }: LadderEditorProps) {
  const { t } = useLingui();
  const { client } = useApi();
  const below = useTenantPath();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  const label = useFieldLabel(before);
  const [open, setOpen] = useState<string | null>(null);
  const [theirs, setTheirs] = useState<Tier[] | null>(null);
  const [initial] = useState<LadderValues>(() => ({ steps: before.map(stepOf) }));
  const [names, setNames] = useState<Record<string, string>>({});
  const latest = async () => {
    const { data } = await client.GET("/v1/tiers");
    setTheirs(data?.data ?? []);
    return told({ steps: (data?.data ?? []).map(stepOf) });
  };
  const { form, save, saving, notices } = useApiForm<LadderValues>({
    initialValues: initial,
    submit: async ({ steps }) => {
      const { body, places } = proposalOf(before, steps);
      setNames(fieldNames(places));
      await client.PUT("/v1/tiers", { body: { ...body, move_members: true } });
    },
    onSaved: () => {
      // What would have moved has no meaning any more, and cannot be asked again.
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "tiers" });
      toast.done(t`The ladder is saved. Members move within a minute.`);
      void navigate({ to: below("tiers"), ignoreBlocker: true });
    },
    names,
    told,
    label,
    latest,
    onLatest: () => theirs && onTheirs(theirs),
  });
  const { steps } = form.values;
  const { body, none } = proposalOf(before, steps);
  const nameless = steps.some((step) => step.name.trim() === "");
  const preview = usePreview(body, !none && !nameless);
  const add = () => {
    const step = nextStep(steps);
    form.insertListItem("steps", step);
    setOpen(step.key);
  };
  const begin = () => form.setFieldValue("steps", firstSteps([t`Bronze`, t`Silver`, t`Gold`]));
  const count = async () => (await client.POST("/v1/tiers/preview", { body })).data;
  const submit = async (event: React.FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    // Few members are counted at once; where nobody moves, nothing is asked.
    const seen = preview.data?.complete ? await count().catch(() => undefined) : undefined;
    if (seen && seen.up + seen.down === 0) return save();
    ask({
      title: t`Save the ladder?`,
      preview: async () => <Effect preview={seen ?? (await count())} />,
      action: t`Save the ladder`,
      run: async () => save(),
    });
  };
  return (
    <div className={styles.beside}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="lg">
          {dialog}
          {notices}
          <Group gap="sm">
            <Button variant="default" leftSection={<IconPlus size={16} />} onClick={add}>
              <Trans>Add a tier on top</Trans>
            </Button>
            {steps.length === 0 && (
              <Button variant="default" onClick={begin}>
                <Trans>Begin with Bronze, Silver and Gold</Trans>
              </Button>
            )}
          </Group>
          <Steps form={form} open={open} onOpen={setOpen} />
          <Submit
            saving={saving}
            waits={t`Saving the ladder…`}
            blocked={
              none
                ? t`Nothing has changed`
                : nameless
                  ? t`Every tier needs a name`
                  : preview.error
                    ? t`The ladder cannot be like this; see beside it why`
                    : undefined
            }
            aside={
              <Button variant="subtle" color="gray" component={Link} to={below("tiers")}>
                <Trans>Cancel</Trans>
              </Button>
            }
          >
            <Trans>Save the ladder</Trans>
          </Submit>
        </Stack>
      </form>
      <Box component="aside">
        <WhoMoves preview={preview} none={none} />
      </Box>
    </div>
  );
}

function Effect({ preview }: { preview: Preview | undefined }) {
  const { t } = useLingui();
  const { up = 0, down = 0 } = preview ?? {};
  const rise = t`${plural(up, { 0: "Nobody rises", one: "# member rises", other: "# members rise" })}`;
  const fall = t`${plural(down, { 0: "nobody falls", one: "# falls", other: "# fall" })}`;
  return t`${rise}, ${fall}. Their new tier counts from the next purchase on.`;
}

/** A ladder as changes are told: what each tier has. */
function told({ steps }: LadderValues): Record<string, unknown> {
  return Object.fromEntries(steps.map(({ key, tier: _tier, ...fields }) => [key, fields]));
}
