import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { ConditionSentence } from "@/ui/condition/ConditionSentence";
import type { ConditionObject } from "@/ui/condition/model";
import { formatMoney, formatMomentShort, formatNumber } from "@/ui/format";
import { useCurrency, useTenantZone } from "@/ui/tenant";
import type { Names } from "../queries";
import { useFactWords, useRuleWords } from "../words";

/** The part of a rule that its sentence tells: also of one that is not saved yet. */
export interface Told {
  trigger: string;
  conditions: ConditionObject | null;
  award: Record<string, unknown>;
  caps: { period: string; points: number }[] | Record<string, unknown>[];
  starts_at?: string | null;
  ends_at?: string | null;
  program_id?: string | null;
}

interface RuleSentenceProps {
  rule: Told;
  names: Names;
  /** Without limits and dates, where they stand beside it. */
  short?: boolean;
}

/** A rule as one sentence: what it gives, for what, under which conditions, and how much at most. */
export function RuleSentence({ rule, names, short = false }: RuleSentenceProps) {
  const facts = useFactWords(names);
  return (
    <>
      <Gift rule={rule} names={names} />
      {rule.conditions && (
        <>
          {", "}
          <Trans>if</Trans>{" "}
          <ConditionSentence condition={rule.conditions} fields={names.fields} words={facts} />
        </>
      )}
      {"."}
      {!short && <Limits rule={rule} names={names} />}
    </>
  );
}

/** `500 points`, in the words of the program that they belong to. */
export function usePointsWords(names: Names) {
  const { t, i18n } = useLingui();
  return (points: number | string, programId?: string | null): string => {
    const program = names.programs.find((each) => each.id === programId);
    const figure = formatNumber(points, i18n.locale);
    const unit = program?.unit_name ?? "points";
    if (unit !== "points") return `${figure} ${unit}`;
    // Parts of a point are many.
    const count = Number.isInteger(Number(points)) ? Number(points) : 2;
    const words = t`${plural(count, { one: "point", other: "points" })}`;
    return `${figure} ${words}`;
  };
}

/** What a rule gives, and for what. */
export function Gift({ rule, names }: { rule: Told; names: Names }) {
  const { i18n } = useLingui();
  const currency = useCurrency();
  const words = useRuleWords();
  const facts = useFactWords(names);
  const tell = usePointsWords(names);
  const award = rule.award;
  const points = (
    <Text span inherit fw={600}>
      {tell(String(award.points ?? award.rate), rule.program_id)}
    </Text>
  );
  const lines = award.lines ? (
    <>
      {" "}
      <Trans>
        on lines where{" "}
        <ConditionSentence
          condition={award.lines as ConditionObject}
          fields={ofLines(names.fields)}
          words={facts}
        />
      </Trans>
    </>
  ) : null;
  switch (award.type) {
    case "points_per_money": {
      const one = formatMoney("1", currency, i18n.locale);
      return (
        <>
          {award.base === "net_amount" ? (
            <Trans>
              {points} per {one} of a purchase, net of tax
            </Trans>
          ) : (
            <Trans>
              {points} per {one} of a purchase
            </Trans>
          )}
          {lines}
        </>
      );
    }
    case "fixed":
      return (
        <>
          {points} {words.each(rule.trigger)}
        </>
      );
    case "per_unit": {
      const of = facts.field?.(String(award.of)) ?? String(award.of);
      const unit = formatNumber(String(award.unit), i18n.locale);
      const on = rule.trigger.startsWith("member.") && `, ${words.each(rule.trigger)}`;
      return (
        <>
          <Trans>
            {points} for every {unit} of {of}
          </Trans>
          {lines}
          {on}
        </>
      );
    }
    case "multiplier": {
      const factor = (
        <Text span inherit fw={600}>
          {formatNumber(String(award.factor), i18n.locale)} ×
        </Text>
      );
      return <Trans>{factor} the points that a purchase earns per money</Trans>;
    }
    default:
      return <>{String(award.type)}</>;
  }
}

/** Conditions of lines ask their fields without saying which collection they are of. */
const ofLines = (fields: Names["fields"]) =>
  fields
    .filter((field) => field.collection === "purchase.lines")
    .map((field) => ({ ...field, collection: null }));

/** How much at most, and when it is in force. */
export function Limits({ rule, names }: { rule: Told; names: Names }) {
  const { i18n } = useLingui();
  const zone = useTenantZone();
  const words = useRuleWords();
  const tell = usePointsWords(names);
  const caps = (rule.caps as { period: string; points: number }[]).map(
    (cap) => `${tell(cap.points, rule.program_id)} ${words.period(cap.period)}`,
  );
  const most = new Intl.ListFormat(i18n.locale).format(caps);
  const day = (at: string) => formatMomentShort(at, i18n.locale, zone);
  const from = rule.starts_at ? day(rule.starts_at) : null;
  const until = rule.ends_at ? day(rule.ends_at) : null;
  return (
    <>
      {caps.length > 0 && (
        <>
          {" "}
          <Trans>At most {most} per member.</Trans>
        </>
      )}
      {from && until && (
        <>
          {" "}
          <Trans>
            From {from} until {until}.
          </Trans>
        </>
      )}
      {from && !until && (
        <>
          {" "}
          <Trans>From {from} on.</Trans>
        </>
      )}
      {!from && until && (
        <>
          {" "}
          <Trans>Until {until}.</Trans>
        </>
      )}
    </>
  );
}
