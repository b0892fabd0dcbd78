import { Trans, useLingui } from "@lingui/react/macro";
import { Accordion, ActionIcon, Box, Group, Text } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { fieldsOf } from "../ladder";
import { useTierWords } from "../words";
import { type LadderValues, StepFields } from "./StepFields";
import styles from "./ladder.module.css";
import { Swatch } from "./Swatch";

interface StepsProps {
  form: UseFormReturnType<LadderValues>;
  open: string | null;
  onOpen: (key: string | null) => void;
}

/** All steps of the ladder, the highest on top; one is open at a time. */
export function Steps({ form, open, onOpen }: StepsProps) {
  const { t } = useLingui();
  const words = useTierWords();
  const { steps } = form.values;
  const swap = (at: number, to: number) => form.reorderListItem("steps", { from: at, to });
  return (
    <Accordion
      value={open}
      onChange={onOpen}
      variant="separated"
      classNames={{ item: styles.step ?? "" }}
    >
      {steps.toReversed().map((step, place) => {
        const at = steps.length - 1 - place;
        const name = step.name.trim() || t`New tier`;
        const wrong = Object.keys(form.errors).some((path) => path.startsWith(`steps.${at}.`));
        return (
          <Accordion.Item key={step.key} value={step.key}>
            <Group gap="xxs" wrap="nowrap" pe="sm">
              <Accordion.Control>
                <Group gap="sm" wrap="nowrap">
                  <Swatch colour={step.color} />
                  <Box>
                    <Text fw={500}>{name}</Text>
                    <Text c="dimmed" fz="xs">
                      {words.takes(fieldsOf(step, at + 1))}
                    </Text>
                  </Box>
                  {wrong && (
                    <Text c="var(--mantine-color-error)" fz="xs">
                      <Trans>something is wrong here</Trans>
                    </Text>
                  )}
                </Group>
              </Accordion.Control>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                disabled={at === steps.length - 1}
                className={styles.move}
                aria-label={t`Move ${name} up`}
                onClick={() => swap(at, at + 1)}
              >
                <IconArrowUp size={16} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                disabled={at === 0}
                className={styles.move}
                aria-label={t`Move ${name} down`}
                onClick={() => swap(at, at - 1)}
              >
                <IconArrowDown size={16} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={t`Remove ${name} from the ladder`}
                onClick={() => form.removeListItem("steps", at)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
            <Accordion.Panel>
              {open === step.key && <StepFields form={form} at={at} />}
            </Accordion.Panel>
          </Accordion.Item>
        );
      })}
    </Accordion>
  );
}
