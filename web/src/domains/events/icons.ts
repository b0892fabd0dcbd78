import {
  IconBell,
  IconCoins,
  IconGift,
  IconPackageImport,
  IconRun,
  IconShoppingBag,
  IconStairs,
  IconTicket,
  IconUser,
  IconUserCog,
  IconUsersGroup,
  IconWebhook,
  type TablerIcon,
} from "@tabler/icons-react";

const ICONS: Record<string, TablerIcon> = {
  activity: IconRun,
  history: IconPackageImport,
  hold: IconCoins,
  member: IconUser,
  password: IconUserCog,
  points: IconCoins,
  purchase: IconShoppingBag,
  redemption: IconTicket,
  reward: IconGift,
  segment: IconUsersGroup,
  staff: IconUserCog,
  tier: IconStairs,
  vouchers: IconTicket,
  webhook_endpoint: IconWebhook,
};

export function iconOf(type: string): TablerIcon {
  return ICONS[type.split(".")[0] ?? ""] ?? IconBell;
}
