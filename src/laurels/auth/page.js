"use strict";
const token = location.hash.slice(1);
const said = document.getElementById("said");
const form = document.querySelector("form");
history.replaceState(null, "", location.pathname);

function say(words, wrong) {
  said.textContent = words;
  said.className = wrong ? "wrong" : "";
}

async function ask(path, body) {
  const answer = await fetch("v1/auth/" + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const found = await answer.json();
  if (answer.ok) return found;
  const first = found.errors && found.errors[0];
  throw new Error(first ? first.field + ": " + first.message : found.detail);
}

async function begin() {
  if (!token) throw new Error("This address has no token; open the link from the mail.");
  if (form.id === "join") {
    const found = await ask("invitation", { token });
    say(found.tenant_name + " invites " + found.email + " as " + found.role + "."
      + (found.has_login ? " Use your existing password." : ""));
    form.elements.name.value = found.name;
    if (found.has_login) {
      form.elements.password.autocomplete = "current-password";
      form.elements.password.minLength = 1;
    }
  } else {
    say("Use at least 12 characters; a few unrelated words work well.");
  }
  form.hidden = false;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const password = form.elements.password.value;
  try {
    if (form.id === "join") {
      await ask("accept-invitation", { token, name: form.elements.name.value, password });
      say("You have joined. You can close this page and sign in.");
    } else {
      await ask("reset-password", { token, new_password: password });
      say("Your password is changed, and all sessions have ended. Sign in with the new one.");
    }
    form.hidden = true;
  } catch (error) {
    say(error.message, true);
  }
});

begin().catch((error) => say(error.message, true));
