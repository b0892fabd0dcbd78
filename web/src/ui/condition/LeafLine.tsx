import { useLingui } from "@lingui/react/macro";
import { CloseButton, NavLink, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import type { Choice } from "../filters";
import { Badge } from "./Badge";
import styles from "./Condition.module.css";
import { FieldPicker } from "./FieldPicker";
import { carried, type ConditionField, fieldOf, type Leaf, leafOf, type Operator } from "./model";
import { ValueEditor } from "./ValueEditor";
import type { Told } from "./words";

export interface LeafContext {
  fields: ConditionField[];
  told: Told;
  /** Values to choose from, by field. */
  options: ((field: ConditionField) => Choice[] | undefined) | undefined;
}

interface LeafLineProps extends LeafContext {
  leaf: Leaf;
  collection: string | null;
  fresh: boolean;
  onChange: (leaf: Leaf) => void;
  onRemove: () => void;
  /** Stands behind it: a way to add another. */
  children?: ReactNode;
}

/** One comparison of the sentence: field, operator, value, each changed where it stands. */
export function LeafLine(props: LeafLineProps) {
  const { leaf, collection, fields, told, fresh, onChange, onRemove } = props;
  const { t } = useLingui();
  const field = fieldOf(fields, leaf.field, collection);
  const kind = field?.kind ?? "text";
  const words = told.field(leaf.field, collection);
  const value = told.value(leaf, kind);
  const unfinished = Array.isArray(leaf.value)
    ? leaf.value.length === 0 || leaf.value.includes("")
    : leaf.value === "";
  return (
    <div className={styles.leaf}>
      <Badge label={t`Field`} words={words} wrong={field === undefined}>
        {(close) => (
          <FieldPicker
            fields={fields.filter((each) => each.collection === collection)}
            told={told}
            onPick={(picked, name) => {
              onChange({ ...leafOf(picked), field: name });
              close();
            }}
          />
        )}
      </Badge>
      <Badge label={t`Comparison`} words={told.operator(leaf.op, kind, leaf.value)}>
        {(close) => (
          <Operators
            {...props}
            field={field}
            onPick={(next) => {
              onChange(next);
              close();
            }}
          />
        )}
      </Badge>
      {leaf.op !== "exists" && field && (
        <Badge label={t`Value`} words={value} strong wrong={unfinished && !fresh} fresh={fresh}>
          {(close) => (
            <ValueEditor
              field={field}
              leaf={leaf}
              options={
                props.options?.(field) ??
                field.choices.map((choice) => ({
                  value: choice,
                  label: told.one(field.name, "enum", choice),
                }))
              }
              onApply={(next) => {
                onChange({ ...leaf, value: next });
                close();
              }}
            />
          )}
        </Badge>
      )}
      <CloseButton size="sm" c="dimmed" aria-label={t`Remove: ${words}`} onClick={onRemove} />
      {props.children}
    </div>
  );
}

interface OperatorsProps extends LeafLineProps {
  field: ConditionField | undefined;
  onPick: (leaf: Leaf) => void;
}

function Operators({ leaf, field, told, onPick }: OperatorsProps) {
  if (!field) return null;
  const choices: [string, Leaf][] = field.operators.flatMap((raw): [string, Leaf][] => {
    const op = raw as Operator;
    const next = carried(leaf, field, op);
    if (op !== "exists") return [[told.operator(op, field.kind), next]];
    return [true, false].map((known) => [
      told.operator(op, field.kind, known),
      { ...next, value: known },
    ]);
  });
  return (
    <Stack gap={0}>
      {choices.map(([words, next]) => (
        <NavLink
          key={words}
          component="button"
          type="button"
          py="xxs"
          label={words}
          active={next.op === leaf.op && (leaf.op !== "exists" || next.value === leaf.value)}
          onClick={() => onPick(next)}
        />
      ))}
    </Stack>
  );
}
