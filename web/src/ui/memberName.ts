interface Named {
  id?: string;
  first_name?: string | null;
  last_name?: string | null;
  email?: string | null;
  phone?: string | null;
  external_id?: string | null;
}

/** What a member is called: the name, else the address, the number, or the id. */
export function memberName(member: Named): string {
  const name = [member.first_name, member.last_name].filter(Boolean).join(" ");
  return name || member.email || member.phone || member.external_id || member.id || "";
}
