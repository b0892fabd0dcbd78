import { Stack } from "@mantine/core";
import { useState } from "react";
import { JsonView } from "../Code";
import { Condition } from "../condition/Condition";
import { ConditionSentence } from "../condition/ConditionSentence";
import type { ConditionField, ConditionJson } from "../condition/model";
import { Columns, Section } from "../Page";

const COMPARE = ["eq", "ne", "lt", "lte", "gt", "gte", "between", "in", "not_in", "exists"];
const field = (name: string, kind: string, description: string, more = {}): ConditionField => ({
  name,
  kind,
  description,
  operators: COMPARE,
  choices: [],
  collection: null,
  ...more,
});

const FIELDS: ConditionField[] = [
  field("purchase.amount", "money", "What was paid, less refunds."),
  field("event.weekday", "enum", "That day's name.", {
    operators: ["eq", "ne", "in", "not_in"],
    choices: ["monday", "saturday", "sunday"],
  }),
  field("member.is_vip", "boolean", "Marked as very important.", {
    operators: ["eq", "ne", "exists"],
  }),
  field("member.enrolled_at", "datetime", "When the member joined."),
  field("member.attributes.<key>", "attributes", "Your own facts about the member."),
  field("sku", "text", "Stock number of the product.", { collection: "purchase.lines" }),
  field("unit_price", "money", "Price of one.", { collection: "purchase.lines" }),
];

const BEGIN: ConditionJson = {
  all: [
    { field: "purchase.amount", op: "gte", value: "50.00" },
    {
      any: [
        { field: "event.weekday", op: "in", value: ["saturday", "sunday"] },
        { field: "member.is_vip", op: "eq", value: true },
      ],
    },
    { some: "purchase.lines", where: { field: "sku", op: "eq", value: "WINE-1" } },
    { not: { field: "member.enrolled_at", op: "lt", value: "2026-01-01T00:00:00Z" } },
  ],
};

export function Conditions() {
  const [value, setValue] = useState<ConditionJson | null>(BEGIN);
  return (
    <Stack gap="lg">
      <Section title="When does it apply?">
        <Condition value={value} onChange={setValue} fields={FIELDS} />
      </Section>
      <Section title="The same to read">
        <ConditionSentence condition={value} fields={FIELDS} />
      </Section>
      <Columns>
        <JsonView value={value} />
      </Columns>
    </Stack>
  );
}
