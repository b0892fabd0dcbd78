import { useLingui } from "@lingui/react/macro";
import type { Schemas } from "@/api/context";
import { formatMomentShort, formatNumber } from "./format";
import { useTenantZone } from "./tenant";

type Rule = Schemas["RuleSaysOut"];
type Why = Pick<Schemas["WhyOut"], "words" | "points" | "taken_back"> & { reason: string };

/** How the API says that a comparison failed, longest first: `is not at least` before `is not`. */
export const FAILURES = [
  "is not less than",
  "is not at most",
  "is not more than",
  "is not at least",
  "is not one of",
  "is not between",
  "does not contain",
  "does not start with",
  "is one of",
  "is not",
  "is",
] as const;

/** A failed comparison as the API tells it: `member.tier Silver is not one of Gold, Platinum`. */
export function failureOf(sentence: string) {
  for (const how of FAILURES) {
    const [before, after, more] = sentence.split(` ${how} `);
    if (before === undefined || after === undefined || more !== undefined) continue;
    const [field = "", ...found] = before.split(" ");
    return { field, found: found.join(" "), how, value: after };
  }
  return null;
}

/** Why something earned what it did, sentence by sentence, in the reader's language. */
export function useWhyWords() {
  const { t, i18n } = useLingui();
  const zone = useTenantZone();
  const count = (value: unknown) => formatNumber(Number(value), i18n.locale);
  const moment = (text: string) => formatMomentShort(text, i18n.locale, zone);
  const wanted: Record<(typeof FAILURES)[number], (value: string) => string> = {
    "is not less than": (value) => t`less than ${value} was asked for`,
    "is not at most": (value) => t`at most ${value} was asked for`,
    "is not more than": (value) => t`more than ${value} was asked for`,
    "is not at least": (value) => t`at least ${value} was asked for`,
    "is not one of": (value) => t`one of these was asked for: ${value}`,
    "is not between": (value) => t`asked for was between ${value}`,
    "does not contain": (value) => t`it should contain: ${value}`,
    "does not start with": (value) => t`it should start with: ${value}`,
    "is one of": (value) => t`none of these was asked for: ${value}`,
    "is not": (value) => t`asked for was: ${value}`,
    is: (value) => t`anything else was asked for than ${value}`,
  };
  const reasons: Record<string, string> = {
    earning_disabled: t`The loyalty programme was switched off.`,
    member_archived: t`The member was archived, and earned nothing.`,
    member_blocked: t`The member was blocked, and earned nothing.`,
    no_rule_fired: t`Rules were in force, but none of them gave points. Each says why below.`,
    no_rules: t`No rule for it was in force.`,
    paid_with_points: t`It was paid with points alone, which earn none.`,
    pending: t`It is pending. It earns when it is completed.`,
    failed: t`It failed, so it never earns.`,
    cancelled: t`It was cancelled, so it never earns.`,
    guest: t`It belongs to no member, so it earns nothing.`,
    not_settled: t`It was completed by SQL and has not been settled yet.`,
    not_judged: t`It was written by SQL, past the application, and never judged.`,
  };

  const summary = (why: Why): string[] => {
    const points = count(Math.abs(why.points));
    const back = count(why.taken_back);
    if (i18n.locale === "en") return why.words;
    if (why.reason !== "rules") return [reasons[why.reason] ?? why.reason];
    return [
      why.points < 0 ? t`It took back ${points} points.` : t`It earned ${points} points.`,
      ...(why.taken_back > 0 ? [t`${back} of them were taken back since.`] : []),
    ];
  };

  const fired = (rule: Rule): string => {
    const { amount, quantity, multiplier, capped, raw } = rule.details as Record<string, unknown>;
    const counted = amount ?? quantity;
    const [many, times, before] = [count(counted), count(multiplier), count(raw)];
    const limit = count((capped as { cap?: number } | undefined)?.cap);
    return [
      counted !== undefined && t`Counted: ${many}`,
      multiplier !== undefined && t`multiplied by ${times}`,
      capped !== undefined && t`${before} before the limit of ${limit}`,
    ]
      .filter(Boolean)
      .join(" · ");
  };

  const starts = (day: string) => t`It starts on ${day}.`;
  const ended = (day: string) => t`It ended on ${day}.`;
  const PATTERNS: [RegExp, (found: string[]) => string][] = [
    [/^it starts at (\S+)$/, ([at = ""]) => starts(moment(at))],
    [/^it ended at (\S+)$/, ([at = ""]) => ended(moment(at))],
    [/^it is over$/, () => t`It is over.`],
    [/^there are no points to multiply$/, () => t`There are no points to multiply.`],
    [/^nothing supplies (.+) any more$/, ([name]) => t`Nothing supplies “${name}” any more.`],
    [/^(\S+) is missing$/, ([name]) => t`“${name}” is missing.`],
    [/^(\S+) is present$/, ([name]) => t`“${name}” is there, and should not be.`],
    [/^(\S+) is empty$/, ([name]) => t`“${name}” is empty.`],
    [/^(\S+) (\S+) gives less than one point$/, ([name, n]) => t`“${name}” ${n} gives no point.`],
    [
      /^nothing is left of the (\S+) points for (.+)$/,
      ([n, period]) => t`Nothing is left of the ${n} points for ${period}.`,
    ],
    [/^(.+) is exclusive$/, ([name]) => t`“${name}” shuts out all others.`],
    [
      /^(.+) is the best of (.+)$/,
      ([name, group]) => t`“${name}” gives most of the group ${group}.`,
    ],
    [/^it must not be that (.+)$/, ([phrase]) => t`This may not be: ${phrase}`],
    [
      /^(\S+) has no element where (.+)$/,
      ([name, phrase]) => t`“${name}” has nothing with: ${phrase}`,
    ],
    [
      /^(\S+) has an element (?:not )?where (.+)$/,
      ([name, phrase]) => t`“${name}” has something that does not fit: ${phrase}`,
    ],
  ];

  const refused = (sentence: string): string => {
    for (const [pattern, tell] of PATTERNS) {
      const match = pattern.exec(sentence);
      if (match) return tell(match.slice(1));
    }
    const failure = failureOf(sentence);
    if (failure === null) return sentence;
    const { field, found } = failure;
    const asked = wanted[failure.how](failure.value);
    return found === "" ? t`“${field}”: ${asked}.` : t`“${field}” is ${found}; ${asked}.`;
  };

  const ofRule = (rule: Rule): string[] => {
    if (i18n.locale === "en") return rule.words;
    const times = count(rule.details.factor);
    if (rule.outcome === "multiplied")
      return [t`It multiplied what points-per-money rules gave by ${times}.`];
    if (rule.outcome === "gave" || rule.outcome === "capped") return [fired(rule)];
    return rule.words.map(refused);
  };
  return { summary, ofRule };
}
