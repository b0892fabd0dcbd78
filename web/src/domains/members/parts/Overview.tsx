import { Trans, useLingui } from "@lingui/react/macro";
import type { Schemas } from "@/api/context";
import { Copy } from "@/ui/Copy";
import { formatDay } from "@/ui/format";
import { EntityLink } from "@/ui/EntityLink";
import { Money } from "@/ui/Money";
import { Columns, Facts, Section } from "@/ui/Page";
import { When } from "@/ui/When";

type Member = Schemas["MemberOut"] | Omit<Schemas["MemberOut"], "expanded">;

/** Who somebody is, and what they brought. */
export function Overview({ member }: { member: Member }) {
  const { t, i18n } = useLingui();
  const segments =
    "expanded" in member
      ? ((member.expanded?.segments ?? []) as { id: string; name: string }[])
      : [];
  const yes = (value: boolean | null) =>
    value === null ? t`Not asked yet` : value ? t`Yes` : t`No`;
  return (
    <Columns count={2}>
      <Section title={<Trans>Profile</Trans>}>
        <Facts
          facts={[
            [<Trans key="e">E-mail address</Trans>, member.email],
            [<Trans key="p">Telephone</Trans>, member.phone],
            [
              <Trans key="b">Birthday</Trans>,
              member.birthday && formatDay(member.birthday, i18n.locale),
            ],
            [
              <Trans key="x">Your own id</Trans>,
              member.external_id && <Copy value={member.external_id} />,
            ],
            [<Trans key="i">Id</Trans>, <Copy key="c" value={member.id} />],
            ...Object.entries(member.identities).map(([kind, value]): [string, string] => [
              kind,
              String(value),
            ]),
            [<Trans key="m">May get e-mail</Trans>, yes(member.email_opt_in)],
            [<Trans key="s">May get text messages</Trans>, yes(member.sms_opt_in)],
            [<Trans key="v">VIP</Trans>, member.is_vip ? t`Yes` : t`No`],
          ]}
        />
      </Section>
      <Section title={<Trans>So far</Trans>}>
        <Facts
          facts={[
            [<Trans key="j">Joined</Trans>, <When key="w" at={member.enrolled_at} form="full" />],
            [<Trans key="n">Purchases</Trans>, String(member.purchases)],
            [
              <Trans key="sp">Spent, before refunds</Trans>,
              <Money key="a" amount={member.spend} />,
            ],
            [<Trans key="r">Refunded</Trans>, <Money key="b" amount={member.refunded} />],
            [
              <Trans key="f">First purchase</Trans>,
              member.first_purchase_at && (
                <When key="w1" at={member.first_purchase_at} form="full" />
              ),
            ],
            [
              <Trans key="l">Last purchase</Trans>,
              member.last_purchase_at && <When key="w2" at={member.last_purchase_at} form="full" />,
            ],
            [
              <Trans key="sg">Segments</Trans>,
              segments.length > 0
                ? segments.map((segment, at) => (
                    <span key={segment.id}>
                      {at > 0 && ", "}
                      <EntityLink id={segment.id}>{segment.name}</EntityLink>
                    </span>
                  ))
                : t`None`,
            ],
          ]}
        />
      </Section>
    </Columns>
  );
}
