import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { luminance } from "@mantine/core";
import type { ReactNode } from "react";
import { useApi, useMay } from "@/api/context";
import { EntityLink } from "@/ui/EntityLink";
import { dayIn, formatNumber } from "@/ui/format";
import { Money } from "@/ui/Money";
import { Points } from "@/ui/Points";
import { useTenantClock, useTenantZone } from "@/ui/tenant";
import { Day } from "@/ui/When";
import { useCountryName } from "../countries";
import { same, type SectionOut, type Values } from "../model";

/** What a purchase costs in examples, and the part of it that is paid with points. */
const SPENT = 40;
const BY_POINTS = 10;
const DASHED = 5;

/** What a setting does with the values that stand here, told by an example. */
export function useEffects(): (section: SectionOut, name: string, values: Values) => ReactNode {
  const { i18n } = useLingui();
  const country = useCountryName();
  const zone = useTenantZone();
  const clock = useTenantClock();
  const spent = <Money amount={String(SPENT)} />;
  return (section, name, values) => {
    const value = values[name];
    const none = value === null || value === "" || value === undefined;
    const number = Number(value);
    const figure = formatNumber(String(value ?? 0), i18n.locale);
    const named = section.section === "members" && !none && country(String(value));
    const code = example(String(values.code_prefix ?? ""), Number(values.code_length));
    const usual = same(value, section.defaults[name]);
    switch (`${section.section}.${name}`) {
      case "earning.points_per_dollar":
        if (none) return <Trans>Only your own earning rules decide what a purchase gives.</Trans>;
        if (number === 0) return <Trans>A purchase gives nothing by this setting.</Trans>;
        return (
          <Trans>
            A member who buys for {spent} gets <Points value={Math.floor(SPENT * number + 1e-9)} />,
            before tiers multiply them and other rules add to them.
          </Trans>
        );
      case "earning.welcome_points":
        if (none) return <Trans>Only your own earning rules decide what joining gives.</Trans>;
        if (number === 0) return <Trans>Joining gives nothing by this setting.</Trans>;
        return (
          <Trans>
            Whoever joins gets <Points value={number} />, once.
          </Trans>
        );
      case "earning.points_payments_earn": {
        const rest = <Money amount={String(SPENT - BY_POINTS)} />;
        const paid = <Money amount={String(BY_POINTS)} />;
        return value === true ? (
          <Trans>
            Of {spent}, {paid} of them paid with points, all {spent} earn.
          </Trans>
        ) : (
          <Trans>
            Of {spent}, {paid} of them paid with points, the other {rest} earn.
          </Trans>
        );
      }
      case "earning.birthday_known_days":
        if (number === 0)
          return <Trans>A birthday counts even when it is entered on the same day.</Trans>;
        return (
          <Trans>
            A birthday that is entered less than {plural(number, { one: "# day", other: "# days" })}{" "}
            ahead counts from next year on.
          </Trans>
        );
      case "ledger.points_expire_enabled":
        if (none) return <ProgramExpiry />;
        if (value === false) return <Trans>Points that are earned from now on never expire.</Trans>;
        return <Trans>Points that are earned from now on expire unless they are spent.</Trans>;
      case "ledger.points_expire_days":
        if (values.points_expire_enabled !== true)
          return <Trans>Has no effect while “Points expire” is not on.</Trans>;
        return (
          <Trans>
            Points that are earned today can be spent until{" "}
            <Day day={dayIn(zone, clock ?? Date.now(), number)} />.
          </Trans>
        );
      case "loyalty.loyalty_enabled":
        return value === true ? (
          <Trans>Members earn and redeem.</Trans>
        ) : (
          <Trans>Members earn and redeem nothing until it is on again.</Trans>
        );
      case "branding.brand_color":
        return usual ? (
          <Trans>As long as it is the default, the console keeps its own green.</Trans>
        ) : (
          <Contrast colour={String(value)} />
        );
      case "members.country":
        if (none) return <Trans>Numbers without a country code are kept as they are sent.</Trans>;
        return (
          <Trans>A number without a country code is taken for one of this country: {named}.</Trans>
        );
      case "purchases.max_amount":
        if (none) return <Trans>A purchase may have any amount.</Trans>;
        return (
          <Trans>
            A purchase of more than <Money amount={String(value)} /> is refused.
          </Trans>
        );
      case "purchases.returns_leave_debt":
        return value === true ? (
          <Trans>
            A member who returns goods but has spent the points owes the rest, which later points
            pay off.
          </Trans>
        ) : (
          <Trans>A member who returns goods but has spent the points is forgiven the rest.</Trans>
        );
      case "rewards.enabled":
        return value === true ? (
          <Trans>Members can redeem rewards.</Trans>
        ) : (
          <Trans>Every redemption is refused until it is on again.</Trans>
        );
      case "rewards.code_prefix":
      case "rewards.code_length":
        return <Trans>A code looks like {code}.</Trans>;
      case "rewards.return_points_on_expiry":
        return value === true ? (
          <Trans>A member who does not use a redemption in time gets the points back.</Trans>
        ) : (
          <Trans>A member who does not use a redemption in time loses the points.</Trans>
        );
      case "rewards.reopen_on_refund":
        return value === true ? (
          <Trans>After a full refund the member can use the code once more.</Trans>
        ) : (
          <Trans>A code that was used stays used.</Trans>
        );
      case "rewards.max_pending_per_member":
        return <Trans>A member with {figure} open redemptions cannot redeem more.</Trans>;
      case "tiers.step_down":
        return value === "one_level" ? (
          <Trans>A member on the third level falls to the second, whatever they did lately.</Trans>
        ) : (
          <Trans>A member on the third level who did little lately can fall to the first.</Trans>
        );
      case "tiers.notice_days":
        if (number === 0) return <Trans>Nobody is told before a tier expires.</Trans>;
        return (
          <Trans>
            A tier that expires on <Day day={dayIn(zone, clock ?? Date.now(), number)} /> is
            announced today.
          </Trans>
        );
      case "tiers.multipliers_enabled":
        return value === true ? (
          <Trans>On a tier that doubles points, 40 points become 80.</Trans>
        ) : (
          <Trans>On a tier that doubles points, 40 points stay 40.</Trans>
        );
      case "api.requests_per_second":
        if (none) return null;
        if (number === 0) return <Trans>Keys may ask as often as they like.</Trans>;
        return <Trans>A key that asks more than {figure} times in a second is answered 429.</Trans>;
      default:
        return null;
    }
  };
}

/** What the default program itself says of expiry. */
function ProgramExpiry() {
  const { api } = useApi();
  const may = useMay();
  const programs = api.useQuery(
    "get",
    "/v1/programs",
    { params: { query: { limit: 100 } } },
    { enabled: may("ledger:read") },
  );
  const program = programs.data?.data.find(({ is_default }) => is_default);
  if (!program) return <Trans>The expiry that stands at your default program decides.</Trans>;
  const link = (
    <EntityLink id={program.id} inSentence>
      {program.name}
    </EntityLink>
  );
  const days = program.expiry_days;
  if (days === null) return <Trans>The program {link} decides: its points never expire.</Trans>;
  const lasting = plural(days, { one: "# day", other: "# days" });
  return (
    <Trans>
      The program {link} decides: its points expire {lasting} after they were earned.
    </Trans>
  );
}

function example(prefix: string, length: number): string {
  const letters = "K7QXM2PR9WTD4HGN8VCJ5YZB".slice(0, Math.min(length, 24));
  return prefix + (letters.match(new RegExp(`.{1,${DASHED}}`, "g")) ?? []).join("-");
}

const READABLE = 4.5;

/** Whether white text on a colour can be read (WCAG 2: 4.5 to 1). */
function Contrast({ colour }: { colour: string }) {
  const { i18n } = useLingui();
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return null;
  const contrast = 1.05 / (luminance(colour) + 0.05);
  const figure = formatNumber(contrast.toFixed(1), i18n.locale);
  return contrast >= READABLE ? (
    <Trans>White text on it can be read: a contrast of {figure} to 1.</Trans>
  ) : (
    <Trans>
      White text on it is hard to read: a contrast of {figure} to 1, of 4.5 that it takes. The
      console darkens it where text stands on it.
    </Trans>
  );
}
