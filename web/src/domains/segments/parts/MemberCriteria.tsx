import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import * as z from "zod/mini";
import { useMay } from "@/api/context";
import { Condition } from "@/ui/condition/Condition";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { useTenantPath } from "@/ui/tenant";
import { useUrlState } from "@/ui/url";
import { type Criteria, type CriteriaTold, useCriteriaFields } from "../queries";
import { Counted } from "./Counted";
import { CriteriaSentence } from "./CriteriaSentence";
import { Presets } from "./Presets";

/** Conditions as JSON, and whether they are being edited. */
const STATE = { criteria: z.optional(z.string()), open: z.optional(z.string()) };

/** Filters a list of members by conditions, which can be kept as a segment. */
export default function MemberCriteria() {
  const { t } = useLingui();
  const drawer = useDrawer();
  const told = useCriteriaFields();
  const may = useMay();
  const below = useTenantPath();
  const [{ criteria: value }, setState] = useUrlState(STATE);
  const criteria = read(value);
  const show = (next: Criteria) =>
    setState(
      { criteria: next === null ? undefined : JSON.stringify(next), open: undefined },
      { restart: true },
    );
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Button size="xs" variant="default" onClick={() => drawer.open("conditions")}>
          {criteria ? <Trans>Change the conditions</Trans> : <Trans>Conditions…</Trans>}
        </Button>
        {criteria && (
          <>
            {may("segments:write") && (
              <Button
                size="xs"
                variant="default"
                component={Link}
                to={below("segments/new")}
                search={{ criteria: value } as never}
              >
                <Trans>Save as a segment</Trans>
              </Button>
            )}
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              leftSection={<IconX size={12} aria-hidden />}
              onClick={() => show(null)}
            >
              <Trans>Without conditions</Trans>
            </Button>
          </>
        )}
      </Group>
      {criteria && !told.isPending && (
        <Text maw="72ch">
          <CriteriaSentence criteria={criteria} told={told} />
        </Text>
      )}
      <Drawer id="conditions" title={t`Members who fit conditions`}>
        <Editor begin={criteria} told={told} onApply={show} />
      </Drawer>
    </Stack>
  );
}

interface EditorProps {
  begin: Criteria;
  told: CriteriaTold;
  onApply: (criteria: Criteria) => void;
}

function Editor({ begin, told, onApply }: EditorProps) {
  const [criteria, setCriteria] = useState(begin);
  return (
    <Stack gap="lg">
      <Presets onPick={(_, picked) => setCriteria(picked)} />
      <Condition
        value={criteria}
        onChange={setCriteria}
        fields={told.fields}
        words={told.words}
        options={told.options}
        empty={<Trans>No condition yet.</Trans>}
      />
      <Group>
        <Button onClick={() => onApply(criteria)}>
          <Trans>Show these members</Trans>
        </Button>
      </Group>
      <Counted criteria={criteria} told={told} />
    </Stack>
  );
}

function read(text: string | undefined): Criteria {
  try {
    return text === undefined ? null : (JSON.parse(text) as Criteria);
  } catch {
    return null;
  }
}
