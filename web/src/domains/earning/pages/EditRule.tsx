import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Button, Skeleton, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import * as z from "zod/mini";
import { useApi } from "@/api/context";
import { useApiForm } from "@/ui/forms/useApiForm";
import { Submit } from "@/ui/forms/Submit";
import { Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import { useUrlState } from "@/ui/url";
import { BLANK, bodyOf, capNames, type RuleValues, toldOf, valuesOf } from "../form";
import { useFieldLabel } from "../parts/fieldWords";
import { RuleFields } from "../parts/RuleFields";
import { RuleSentence } from "../parts/RuleSentence";
import { TryRule } from "../parts/TryRule";
import styles from "../parts/simulator.module.css";
import { type Names, type Rule, useNames } from "../queries";

const COPY = { copy: z.optional(z.string()) };

/** A new rule, a copy of one, or another version of one. */
export default function EditRule() {
  const { t } = useLingui();
  const { ruleId } = useParams({ strict: false }) as { ruleId?: string };
  const [{ copy }] = useUrlState(COPY);
  const { api } = useApi();
  const names = useNames();
  const from = ruleId ?? copy;
  const rule = api.useQuery(
    "get",
    "/v1/earning-rules/{rule_id}",
    { params: { path: { rule_id: from ?? "" } } },
    { enabled: from !== undefined },
  );
  // What is being edited stays what it was when one began; what others do is told when one saves.
  const [begun, setBegun] = useState<Rule | null>(null);
  const taken = begun ?? rule.data ?? null;
  if (begun === null && rule.data) setBegun(rule.data);
  const title = ruleId ? (taken?.name ?? t`Earning rule`) : t`New earning rule`;
  const back = ruleId
    ? { to: `earning-rules/${ruleId}`, label: taken?.name ?? <Trans>Back</Trans> }
    : { to: "earning-rules", label: <Trans>Earning rules</Trans> };
  const ready = !names.isPending && (from === undefined || taken !== null);
  return (
    <Page title={title} back={back}>
      {rule.error ? (
        <ProblemNotice error={rule.error} />
      ) : ready ? (
        <Editor
          key={`${taken?.id} ${taken?.version}`}
          rule={ruleId ? taken : null}
          initial={startOf(taken, ruleId === undefined)}
          names={names}
          onTheirs={setBegun}
        />
      ) : (
        <Skeleton h="20em" />
      )}
    </Page>
  );
}

function startOf(rule: Rule | null, anew: boolean): RuleValues {
  if (rule === null) return BLANK;
  return anew ? { ...valuesOf(rule), name: "" } : valuesOf(rule);
}

interface EditorProps {
  rule: Rule | null;
  initial: RuleValues;
  names: Names;
  onTheirs: (rule: Rule) => void;
}

function Editor({ rule, initial, names, onTheirs }: EditorProps) {
  const { t } = useLingui();
  const { client } = useApi();
  const below = useTenantPath();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const toast = useToast();
  const label = useFieldLabel();
  const [theirs, setTheirs] = useState<Rule | null>(null);
  const path = { rule_id: rule?.id ?? "" };

  const submit = async (values: RuleValues): Promise<Rule> => {
    const body = bodyOf(values);
    const { data } = rule
      ? await client.PUT("/v1/earning-rules/{rule_id}", {
          params: { path },
          body: { ...body, version: rule.version },
        })
      : await client.POST("/v1/earning-rules", { body });
    return data as Rule;
  };
  const { form, save, saving, changed, notices } = useApiForm<RuleValues, Rule>({
    initialValues: initial,
    submit,
    onSaved: (saved) => {
      void queries.invalidateQueries();
      toast.done(rule ? t`Saved. It takes effect at once.` : t`The rule is in force.`);
      void navigate({ to: below(`earning-rules/${saved.id}`), ignoreBlocker: true });
    },
    names: capNames(initial),
    label: (field) => label(field.split(".")[0] ?? field),
    latest: async () => {
      const { data } = await client.GET("/v1/earning-rules/{rule_id}", { params: { path } });
      setTheirs(data as Rule);
      return valuesOf(data as Rule);
    },
    onLatest: () => theirs && onTheirs(theirs),
  });
  const draft = bodyOf(form.values);
  const drafts = [
    { rule_id: rule?.id ?? null, rule: { ...draft, name: draft.name || t`This rule` } },
  ];
  return (
    <div className={styles.beside}>
      <form onSubmit={save}>
        <Stack gap="lg">
          {notices}
          <RuleFields form={form} names={names} managed={rule?.managed_by != null} />
          <Section title={t`In one sentence`}>
            <Text mb="md" fz="lg">
              <RuleSentence rule={toldOf(form.values)} names={names} />
            </Text>
            <Submit
              saving={saving}
              blocked={rule && !changed ? t`Nothing has changed` : undefined}
              aside={
                <Button
                  variant="subtle"
                  color="gray"
                  component={Link}
                  to={below(rule ? `earning-rules/${rule.id}` : "earning-rules")}
                >
                  <Trans>Cancel</Trans>
                </Button>
              }
            >
              {rule ? <Trans>Save as a new version</Trans> : <Trans>Publish the rule</Trans>}
            </Submit>
          </Section>
        </Stack>
      </form>
      <Box component="aside">
        <Stack gap="md" className={styles.sticky}>
          <Section
            title={t`Try it`}
            hint={t`What would be earned with the rule as it stands here, beside all others. Nothing is booked.`}
          >
            <TryRule
              initial={initial}
              trigger={form.values.trigger}
              drafts={drafts}
              names={names}
            />
          </Section>
        </Stack>
      </Box>
    </div>
  );
}
