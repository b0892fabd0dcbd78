import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, CloseButton, Group, NavLink, Popover, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import type { Choice } from "../filters";
import { Badge } from "./Badge";
import styles from "./Condition.module.css";
import { ConditionSentence } from "./ConditionSentence";
import { FieldPicker } from "./FieldPicker";
import { type LeafContext, LeafLine } from "./LeafLine";
import {
  type ConditionField,
  type ConditionJson,
  type ConditionObject,
  conditionOf,
  type Edit,
  edited,
  type Leaf,
  leafOf,
  leavesIn,
  type Line,
  linesOf,
  QUANTIFIERS,
} from "./model";
import { type ConditionWords, useConditionWords } from "./words";

interface ConditionProps {
  /** The API's condition; null: none. */
  value: ConditionObject | null;
  onChange: (value: ConditionJson | null) => void;
  /** `data` of `/v1/segments/fields` or `/v1/earning-rules/fields`. */
  fields: ConditionField[];
  words?: ConditionWords;
  /** Values to choose from where the page knows them: tiers, rewards, segments. */
  options?: (field: ConditionField) => Choice[] | undefined;
  /** What is said without a condition: `Every purchase counts.` */
  empty?: ReactNode;
  /** The API's words about it. */
  error?: ReactNode;
}

/** Edits a condition as a sentence; every word of it is changed where it stands. */
export function Condition(props: ConditionProps) {
  const { value, onChange, fields, words, options, empty, error } = props;
  const { t } = useLingui();
  const told = useConditionWords(fields, words);
  const [fresh, setFresh] = useState<string | null>(null);
  const lines = linesOf(value);
  const act = (edit: Edit, made: string | null = null) => {
    setFresh(made);
    onChange(conditionOf(edited(lines, edit)));
  };
  const context: LeafContext = { fields, told, options };
  return (
    <Stack gap="xs">
      {lines.length === 0 && (
        <Text c="dimmed">{empty ?? <Trans>Without a condition it always applies.</Trans>}</Text>
      )}
      <ul className={styles.lines}>
        {lines.map((line, at) => (
          <li key={at} className={styles.line}>
            <span className={styles.join}>{at === 0 ? t`If` : t`and`}</span>
            <LineParts
              line={line}
              at={at}
              act={act}
              fresh={fresh}
              context={context}
              words={words}
            />
          </li>
        ))}
      </ul>
      <Group>
        <AddLeaf
          label={lines.length === 0 ? t`Add a condition` : t`and…`}
          fields={fields}
          told={told}
          onAdd={(leaf, collection) => act({ do: "add", leaf, collection }, `${lines.length} 0`)}
        />
      </Group>
      {error && (
        <Text c="var(--tone-bad)" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}

interface LinePartsProps {
  line: Line;
  at: number;
  act: (edit: Edit, made?: string | null) => void;
  fresh: string | null;
  context: LeafContext;
  words: ConditionWords | undefined;
}

function LineParts({ line, at, act, fresh, context, words }: LinePartsProps) {
  const { t } = useLingui();
  const { fields, told } = context;
  if (line.kind === "other")
    return (
      <Group gap="xs" wrap="nowrap">
        <Text>
          <ConditionSentence condition={line.json} fields={fields} words={words} />
        </Text>
        <CloseButton
          size="sm"
          aria-label={t`Remove this part`}
          onClick={() => act({ do: "remove", line: at, at: 0 })}
        />
      </Group>
    );
  const leaves = leavesIn(line);
  const collection = line.kind === "each" ? line.collection : null;
  const word = line.kind === "each" && line.join === "all" ? t`and` : t`or`;
  return (
    <div className={styles.parts}>
      {line.kind === "each" && (
        <Group gap="xs">
          <Badge label={t`How many`} words={told.quantified(line.quantifier, line.collection)}>
            {(close) =>
              QUANTIFIERS.map((each) => (
                <NavLink
                  key={each}
                  component="button"
                  type="button"
                  py="xxs"
                  label={told.quantified(each, line.collection)}
                  active={each === line.quantifier}
                  onClick={() => {
                    act({ do: "quantify", line: at, quantifier: each });
                    close();
                  }}
                />
              ))
            }
          </Badge>
          <Text>
            <Trans>where</Trans>
          </Text>
          {leaves.length > 1 && (
            <Anchor
              component="button"
              type="button"
              c="dimmed"
              onClick={() =>
                act({ do: "join", line: at, join: line.join === "all" ? "any" : "all" })
              }
            >
              {line.join === "all" ? <Trans>all are true</Trans> : <Trans>any is true</Trans>}
            </Anchor>
          )}
        </Group>
      )}
      {leaves.map((leaf, part) => (
        <Group key={part} gap="xs" wrap="nowrap" align="baseline">
          {part > 0 && <Text c="dimmed">{word}</Text>}
          <LeafLine
            {...context}
            leaf={leaf}
            collection={collection}
            fresh={fresh === `${at} ${part}`}
            onChange={(next) => act({ do: "set", line: at, at: part, leaf: next })}
            onRemove={() => act({ do: "remove", line: at, at: part })}
          >
            {part === leaves.length - 1 && (
              <AddLeaf
                label={`${word}…`}
                quiet
                fields={fields.filter((field) => field.collection === collection)}
                told={told}
                onAdd={(leaf) => act({ do: "append", line: at, leaf }, `${at} ${leaves.length}`)}
              />
            )}
          </LeafLine>
        </Group>
      ))}
    </div>
  );
}

interface AddLeafProps extends Pick<LeafContext, "fields" | "told"> {
  label: string;
  quiet?: boolean;
  onAdd: (leaf: Leaf, collection: string | null) => void;
}

function AddLeaf({ label, quiet = false, fields, told, onAdd }: AddLeafProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" shadow="md" trapFocus>
      <Popover.Target>
        <Button
          size="compact-xs"
          variant={quiet ? "subtle" : "default"}
          color="gray"
          c={quiet ? "dimmed" : undefined}
          leftSection={<IconPlus size={12} />}
          onClick={() => setOpen(!open)}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        {open && (
          <FieldPicker
            fields={fields}
            told={told}
            onPick={(field, name) => {
              setOpen(false);
              onAdd({ ...leafOf(field), field: name }, field.collection);
            }}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
