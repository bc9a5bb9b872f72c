// Fetches the state when the emulator says that it changed, and hands it to phones, clock and ledger.

import { $, call, dayTime, toast } from "./dom.js";
import { LedgerPanel } from "./ledger.js";
import { Phone } from "./phone.js";

const phones = ["basic", "coordination", "command"].map((tier) => new Phone(tier));
const ledger = new LedgerPanel($("ledger"));
let state = null;
let offset = 0; // emulator time minus this computer's, in ms
let busy = false;
let again = false;
let picked = false; // whether somebody has chosen a time to walk to

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    state = await (await fetch("/state")).json();
    offset = Date.parse(state.now) - Date.now();
    if (!phones[0].element.isConnected) $("phones").append(...phones.map((phone) => phone.element));
    for (const phone of phones) phone.update(state);
    $("county").textContent = state.county ? `${state.county} · 三级微信群` : "三级微信群";
    const connected = state.bot.connected;
    $("bot-state").textContent = connected ? `${state.bot.name}在线` : `${state.bot.name}没有连上`;
    $("bot-state").classList.toggle("on", connected);
    drawClock();
  } catch {
    $("bot-state").textContent = "模拟器没有应答";
    $("bot-state").classList.remove("on");
  }
  busy = false;
  if (again) {
    again = false;
    refresh();
  }
}

function local(time) {
  return new Date(time + 8 * 3600 * 1000).toISOString();
}

function drawClock() {
  if (!state) return;
  const walking = Boolean(state.walking_to);
  const now = local(walking ? Date.parse(state.now) : Date.now() + offset);
  $("clock-now").textContent = now.slice(11, 19);
  const day = "日一二三四五六"[new Date(`${now.slice(0, 10)}T00:00:00Z`).getUTCDay()];
  $("clock-day").textContent = `${Number(now.slice(5, 7))}月${Number(now.slice(8, 10))}日 周${day}`;
  $("walking").hidden = !walking;
  if (walking) $("walking").textContent = `正在走到 ${dayTime(state.walking_to)}…`;
  if (!picked) $("walk-to").value = now.slice(0, 16);
}

for (const button of document.querySelectorAll(".walk [data-minutes]")) {
  button.addEventListener("click", () => call("/walk", { minutes: Number(button.dataset.minutes) }));
}
$("walk-to").addEventListener("input", () => { picked = true; });
$("walk-go").addEventListener("click", async () => {
  if (!$("walk-to").value) toast("先选一个时间");
  else if (await call("/walk", { to: `${$("walk-to").value}:00+08:00` })) picked = false;
});
$("ledger-toggle").addEventListener("click", () => {
  const hidden = $("stage").classList.toggle("wide");
  $("ledger-toggle").setAttribute("aria-expanded", String(!hidden));
});
setInterval(drawClock, 500);

const events = new EventSource("/events");
events.addEventListener("changed", refresh);
events.addEventListener("ledger", (event) => ledger.add(JSON.parse(event.data)));
events.addEventListener("error", () => {
  $("bot-state").textContent = "与模拟器的连接断了，正在重连";
  $("bot-state").classList.remove("on");
});
document.addEventListener("click", (event) => {
  for (const phone of phones) {
    if (!phone.menu.hidden && !phone.compose.contains(event.target)) phone.menu.hidden = true;
  }
});
