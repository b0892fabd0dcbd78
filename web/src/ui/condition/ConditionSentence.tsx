import { Trans, useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { Fragment, type ReactNode } from "react";
import {
  type ConditionField,
  type ConditionJson,
  type ConditionObject,
  fieldOf,
  isLeaf,
  quantifierOf,
} from "./model";
import { type ConditionWords, type Told, useConditionWords } from "./words";

interface ConditionSentenceProps {
  condition: ConditionObject | null | undefined;
  /** `data` of the list of fields. */
  fields: ConditionField[];
  words?: ConditionWords;
  /** What is said without a condition: `every purchase`. */
  empty?: ReactNode;
}

/** Any condition of the API as one sentence to read. */
export function ConditionSentence({ condition, fields, words, empty }: ConditionSentenceProps) {
  const told = useConditionWords(fields, words);
  if (condition == null) return <>{empty ?? <Trans>always</Trans>}</>;
  return <Part json={condition as ConditionJson} fields={fields} told={told} collection={null} />;
}

interface PartProps {
  json: ConditionJson;
  fields: ConditionField[];
  told: Told;
  collection: string | null;
  /** Stands inside another part, so that groups need brackets. */
  inside?: boolean;
}

function Part({ json, fields, told, collection, inside = false }: PartProps) {
  const { t } = useLingui();
  const rest = { fields, told, inside: true };
  if (isLeaf(json)) {
    const kind = fieldOf(fields, json.field, collection)?.kind ?? "text";
    return (
      <>
        {told.field(json.field, collection)} {told.operator(json.op, kind, json.value)}{" "}
        <Text span inherit fw={600}>
          {told.value(json, kind)}
        </Text>
      </>
    );
  }
  if ("not" in json)
    return (
      <>
        <Trans>not</Trans> (
        <Part json={json.not} collection={collection} {...rest} inside={false} />)
      </>
    );
  const quantifier = quantifierOf(json);
  if (quantifier && "where" in json) {
    const name = json[quantifier] ?? "";
    return (
      <>
        {told.quantified(quantifier, name)} <Trans>where</Trans>{" "}
        <Part json={json.where} collection={name} {...rest} />
      </>
    );
  }
  const parts = "all" in json ? json.all : "any" in json ? json.any : [];
  const word = "all" in json ? t`and` : t`or`;
  const brackets = inside && parts.length > 1;
  return (
    <>
      {brackets && "("}
      {parts.map((part, at) => (
        <Fragment key={at}>
          {at > 0 && ` ${word} `}
          <Part json={part} collection={collection} {...rest} />
        </Fragment>
      ))}
      {brackets && ")"}
    </>
  );
}
