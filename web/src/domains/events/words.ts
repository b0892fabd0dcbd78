import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";

/** What can happen, as a sentence without its subject. */
export const EVENTS: Record<string, MessageDescriptor> = {
  "activity.recorded": msg`Did something that counts`,
  "activity.revoked": msg`An activity was revoked`,
  "history.imported": msg`History was imported`,
  "hold.opened": msg`Points were set aside`,
  "hold.released": msg`Points that were set aside were released`,
  "member.archived": msg`Was archived`,
  "member.birthday": msg`Has their birthday`,
  "member.blocked": msg`Was blocked`,
  "member.changed": msg`The profile changed`,
  "member.enrolled": msg`Joined the programme`,
  "member.erased": msg`Was erased`,
  "member.merged": msg`Two members were merged`,
  "member.restored": msg`Was restored`,
  "member.unblocked": msg`Was unblocked`,
  "member.unmerged": msg`A merge was undone`,
  "password.reset_requested": msg`A new password was requested`,
  "points.credited": msg`Points were added`,
  "points.debited": msg`Points were taken`,
  "points.expired": msg`Points have expired`,
  "points.matured": msg`Pending points became spendable`,
  "points.reversed": msg`A movement of points was reversed`,
  "purchase.changed": msg`A purchase changed its state`,
  "purchase.claimed": msg`A purchase was assigned`,
  "purchase.completed": msg`Bought something`,
  "purchase.refunded": msg`A purchase was refunded`,
  "purchase.unsettled": msg`A purchase waits for its points`,
  "redemption.cancelled": msg`A redemption was cancelled`,
  "redemption.completed": msg`A redemption was delivered`,
  "redemption.expired": msg`A redemption expired unused`,
  "redemption.failed": msg`A redemption could not be delivered`,
  "redemption.refunded": msg`A redemption was refunded`,
  "redemption.reopened": msg`A redemption can be used again`,
  "redemption.used": msg`A redemption was used`,
  "reward.redeemed": msg`Redeemed a reward`,
  "segment.joined": msg`Joined a segment`,
  "segment.left": msg`Left a segment`,
  "staff.changed": msg`Somebody on the staff changed`,
  "staff.invited": msg`Somebody was invited to the staff`,
  "staff.joined": msg`Somebody joined the staff`,
  "staff.removed": msg`Somebody was removed from the staff`,
  "staff.restored": msg`Somebody is on the staff again`,
  "tier.expiry_announced": msg`A tier will end soon`,
  "tier.lowered": msg`Fell to a lower tier`,
  "tier.raised": msg`Rose to a higher tier`,
  "tier.renewed": msg`Kept the tier`,
  "vouchers.nearly_used": msg`Few voucher codes are left`,
  "webhook_endpoint.disabled": msg`A webhook endpoint was disabled`,
  "webhook_endpoint.tested": msg`A webhook endpoint was tested`,
};

/** Return the sentence of an event; its type where a newer server knows more than this page. */
export function useEventWords(): (event: { type: string }) => string {
  const { _ } = useLingui();
  return (event) => {
    const words = EVENTS[event.type];
    return words ? _(words) : event.type;
  };
}
