import { Trans } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { EntityLink } from "@/ui/EntityLink";
import { type Member } from "@/ui/forms/MemberPicker";
import { memberName } from "@/ui/memberName";

interface BuyerProps {
  purchase: { member_id: string | null; expanded?: { member?: Member | null } };
}

/** Who bought: the member's name, or a guest. */
export function Buyer({ purchase }: BuyerProps) {
  const { member_id: id, expanded } = purchase;
  if (id === null)
    return (
      <Text span inherit c="dimmed">
        <Trans>Guest</Trans>
      </Text>
    );
  return (
    <EntityLink id={id}>{expanded?.member ? memberName(expanded.member) : undefined}</EntityLink>
  );
}
