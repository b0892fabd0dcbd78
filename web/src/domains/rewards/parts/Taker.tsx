import { EntityLink } from "@/ui/EntityLink";
import type { Member } from "@/ui/forms/MemberPicker";
import { memberName } from "@/ui/memberName";
import type { Redemption } from "../queries";

/** Who redeemed: the member's name, as a link. */
export function Taker({ redemption }: { redemption: Redemption }) {
  const { member } = (redemption.expanded ?? {}) as { member?: Member | null };
  return (
    <EntityLink id={redemption.member_id}>{member ? memberName(member) : undefined}</EntityLink>
  );
}
