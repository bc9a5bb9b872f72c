// The dialog in which a person pastes a prepared text into a group.

import { $, call, h } from "./dom.js";

export function openPaste({ person, card, text, key, body }, state) {
  const dialog = $("paste-dialog");
  const me = state.people.find((p) => p.id === person);
  const mine = state.groups.filter((g) => g.members.includes(person));
  if (!mine.length) return;
  const words = JSON.stringify(body || {});
  const named = mine.find((g) => words.includes(g.name)) || mine.find((g) => g.tier === "basic") || mine[0];
  $("paste-group").replaceChildren(...mine.map((g) => h("option", { value: g.id, selected: g === named }, g.name)));
  let ready = text;
  if (!ready) {
    const texts = me.messages.filter((m) => m.sender === "bot" && m.kind !== "card" && m.text && !m.recalled);
    ready = texts.length ? texts[texts.length - 1].text : "";
  }
  $("paste-text").value = ready;
  $("paste-hint").textContent = key ? `以${me.shown}的名义发出，并点一下卡片上的「已转发」。` : `以${me.shown}的名义发出。`;
  dialog.onclose = () => {
    if (dialog.returnValue !== "ok") return;
    call("/paste", { person, group: $("paste-group").value, text: $("paste-text").value, card: key ? card.id : undefined, key });
  };
  dialog.returnValue = "";
  dialog.showModal();
}
