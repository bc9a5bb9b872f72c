// One phone: a tier's group, the person who holds it, the group chat and the private screen.

import { call, clockTime, dayTime, h } from "./dom.js";
import { cardView, taskView, waitsFor } from "./cards.js";
import { markdown } from "./markdown.js";
import { openPaste } from "./paste.js";

const TIERS = { basic: "基础群", coordination: "协调群", command: "指挥群" };
const FIRST = { basic: ["resident", "household_head"], coordination: ["unit_member", "grid_leader"], command: ["county_leader", "duty_officer"] };
const HEARS = { all: "听全部", mentions: "只听 @", none: "听不到" };
const SPEAKS = { direct: "直接发言", confirm: "群主确认后发", paste: "网格员转发" };
const COLORS = ["#5b8def", "#e38b4f", "#8f7ae5", "#3aa6a0", "#d0679d", "#7a9b3f", "#c0804d", "#4f9fd1"];

function colorOf(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 997;
  return COLORS[sum % COLORS.length];
}

export class Phone {
  constructor(tier) {
    this.tier = tier;
    this.group = null;
    this.me = null;
    this.tab = "group";
    this.quote = null;
    this.drawn = {};
    this.seen = null; // the last message looked at, by group
    this.build();
  }

  build() {
    this.groupPicker = h("select", { "data-testid": "group-picker", "aria-label": `${TIERS[this.tier]}：选一个群`, onchange: (e) => this.choose(e.target.value) });
    this.mePicker = h("select", { "data-testid": "me-picker", "aria-label": "我是谁", onchange: (e) => { this.me = e.target.value; this.quote = null; this.draw(true); } });
    this.tags = h("div", { class: "tags" });
    this.badge = h("span", { class: "badge", "data-testid": "private-badge", hidden: true });
    this.dot = h("span", { class: "dot", "data-testid": "group-unread", title: "有新消息", hidden: true });
    this.tabs = {
      group: h("button", { role: "tab", "data-testid": "tab-group", onclick: () => this.open("group") }, "群聊", this.dot),
      private: h("button", { role: "tab", "data-testid": "tab-private", onclick: () => this.open("private") }, "我的消息", this.badge),
    };
    this.list = h("div", { class: "messages", "data-testid": "messages", tabindex: "0", "aria-label": "消息" });
    this.quoteBar = h("div", { class: "quote-bar", "data-testid": "quote-bar", hidden: true });
    this.input = h("textarea", { rows: "1", "data-testid": "input", placeholder: "说点什么…", "aria-label": "输入消息",
      onkeydown: (e) => { if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); this.send(); } } });
    this.mention = h("button", { class: "tool", title: "@小格", "data-testid": "mention", onclick: () => this.tag() }, "@");
    this.file = h("input", { type: "file", accept: "image/png,image/jpeg", hidden: true, "data-testid": "picture-file", onchange: () => this.sendFile() });
    this.menu = h("div", { class: "menu", hidden: true },
      h("button", { "data-testid": "picture-make", onclick: () => this.sendPicture(null) }, "随手拍一张"),
      h("button", { "data-testid": "picture-choose", onclick: () => { this.menu.hidden = true; this.file.click(); } }, "从电脑选…"));
    this.picture = h("button", { class: "tool", title: "发图片；输入框里有字就和图片一起发", "data-testid": "picture", onclick: () => { this.menu.hidden = !this.menu.hidden; } }, "图");
    this.sendButton = h("button", { class: "primary", "data-testid": "send", onclick: () => this.send() }, "发送");
    this.compose = h("div", { class: "compose" }, this.mention, this.picture, this.menu, this.input, this.sendButton, this.file);
    this.element = h("section", { class: `phone ${this.tier}`, "data-testid": `phone-${this.tier}` },
      h("div", { class: "phone-head" },
        h("div", { class: "phone-top" }, h("span", { class: "tier" }, TIERS[this.tier]), this.groupPicker),
        h("div", { class: "phone-me" }, h("span", {}, "我是"), this.mePicker, this.tags)),
      h("div", { class: "tabs", role: "tablist" }, this.tabs.group, this.tabs.private),
      this.list, this.quoteBar, this.compose);
  }

  choose(group) {
    this.group = group;
    this.me = null;
    this.quote = null;
    this.draw(true);
  }

  open(tab) {
    this.tab = tab;
    this.quote = null;
    this.draw(true);
    if (tab === "private" && this.person()?.wecom) call("/enter", { person: this.me });
  }

  person() { return this.state.people.find((p) => p.id === this.me); }
  current() { return this.state.groups.find((g) => g.id === this.group); }
  nameOf(id) {
    if (id === "@all" || id === "all") return "所有人";
    if (id === "bot") return this.state.bot.name;
    const found = this.state.people.find((p) => p.id === id || p.wecom === id || p.wechat === id);
    return found ? found.shown : id;
  }

  target() { return this.tab === "group" ? { group: this.group } : {}; }

  async send() {
    const text = this.input.value.trim();
    if (!text) return;
    const answer = await call("/say", { ...this.target(), person: this.me, text, quote: this.quote?.id });
    if (!answer) return;
    this.input.value = "";
    this.setQuote(null);
  }

  tag() {
    const name = `@${this.state.bot.name} `;
    if (!this.input.value.includes(name.trim())) this.input.value = name + this.input.value;
    this.input.focus();
  }

  async sendPicture(png) {
    this.menu.hidden = true;
    const text = this.input.value.trim();
    const answer = await call("/picture", { ...this.target(), person: this.me, png: png || undefined, text: text || undefined });
    if (answer) this.input.value = "";
  }

  sendFile() {
    const [file] = this.file.files;
    if (!file) return;
    const reader = new FileReader();
    reader.onload = () => this.sendPicture(reader.result);
    reader.readAsDataURL(file);
    this.file.value = "";
  }

  setQuote(message) {
    this.quote = message;
    this.quoteBar.hidden = !message;
    if (message) {
      this.quoteBar.replaceChildren(h("span", {}, `${message.sender_name}：${message.text || "[卡片]"}`),
        h("button", { "data-testid": "quote-cancel", "aria-label": "不引用", onclick: () => this.setQuote(null) }, "×"));
      this.input.focus();
    }
  }

  update(state) {
    this.state = state;
    this.draw(false);
  }

  draw(fresh) {
    const { state } = this;
    const groups = state.groups.filter((g) => g.tier === this.tier);
    if (!groups.some((g) => g.id === this.group)) this.group = groups[0]?.id || null;
    const group = this.current();
    const members = state.people.filter((p) => group?.members.includes(p.id));
    const others = this.tier === "command" ? state.people.filter((p) => !p.groups.length) : [];
    if (![...members, ...others].some((p) => p.id === this.me)) {
      this.me = (FIRST[this.tier].map((role) => members.find((p) => p.role === role)).find(Boolean) || members[0] || others[0])?.id || null;
    }
    const me = this.person();
    const last = (g) => g.messages[g.messages.length - 1]?.id;
    if (!this.seen) this.seen = new Map(groups.map((g) => [g.id, last(g)]));
    if (group && this.tab === "group") this.seen.set(group.id, last(group));
    const unread = groups.filter((g) => this.seen.get(g.id) !== last(g)).map((g) => g.id);
    this.dot.hidden = !unread.includes(this.group);
    this.drawPickers(groups, members, others, group, me, unread);
    const privateAsk = this.waiting(me);
    this.badge.hidden = !privateAsk;
    this.badge.textContent = privateAsk || "";
    for (const [name, button] of Object.entries(this.tabs)) button.setAttribute("aria-selected", String(name === this.tab));
    this.drawMessages(group, me, fresh);
    const alone = this.tab === "private" && !me?.wecom;
    const outside = this.tab === "group" && !group?.members.includes(this.me);
    this.compose.classList.toggle("off", alone || outside || !me);
    for (const control of [this.input, this.sendButton, this.mention, this.picture]) control.disabled = alone || outside || !me;
    this.mention.hidden = this.tab === "private";
    this.input.placeholder = alone ? "用的是普通微信，没有与小格的单聊" : outside ? "不在这个群里" : this.tab === "private" ? `对${state.bot.name}说…` : "说点什么…";
    if (fresh) this.setQuote(null);
  }

  drawPickers(groups, members, others, group, me, unread) {
    const asked = new Map([...members, ...others].map((p) => [p.id, this.waiting(p)]));
    const key = JSON.stringify([unread, [...asked], groups.map((g) => [g.id, g.name]), members.map((p) => p.id), others.length, this.group, this.me, me?.refused, group?.addressed]);
    if (this.drawn.pickers === key) return;
    this.drawn.pickers = key;
    this.groupPicker.replaceChildren(...groups.map((g) => h("option", { value: g.id, selected: g.id === this.group }, `${g.name}（${g.members.length}）${unread.includes(g.id) ? " ●" : ""}`)));
    const option = (p) => h("option", { value: p.id, selected: p.id === this.me }, `${p.shown} · ${p.role_name}${p.id === group?.owner ? " · 群主" : ""}${asked.get(p.id) ? `（待办 ${asked.get(p.id)}）` : ""}`);
    this.mePicker.replaceChildren(...members.map(option), ...(others.length ? [h("optgroup", { label: "不在群里的人" }, ...others.map(option))] : []));
    const tags = [];
    if (group) {
      tags.push(h("span", { class: "tag", title: `${group.kind === "customer" ? "客户群" : "内部群"}，机器人${HEARS[group.hears]}，${SPEAKS[group.speaks]}` }, `${group.kind === "customer" ? "客户群" : "内部群"} · 小格${HEARS[group.hears]} · ${SPEAKS[group.speaks]}`));
    }
    if (me && !me.wecom && group?.archived) {
      const agreed = !me.refused.includes(group.id);
      tags.push(h("button", { class: `tag consent${agreed ? " on" : ""}`, "data-testid": "consent", title: "居民同意后，存档里才有他在这个群说的话",
        onclick: () => call("/agree", { person: me.id, group: group.id, agreed: !agreed }) }, agreed ? "已同意存档" : "不同意存档"));
    }
    this.tags.replaceChildren(...tags);
  }

  waiting(me) {
    if (!me) return 0;
    const cards = me.messages.filter((m) => m.card && !m.recalled && waitsFor(this.state.cards[m.card], me.id)).length;
    return cards + this.state.tasks.filter((t) => t.owner === me.id && t.state === "waiting").length;
  }

  drawMessages(group, me, fresh) {
    const { state } = this;
    const messages = (this.tab === "group" ? group?.messages : me?.messages) || [];
    const tasks = this.tab === "private" && me ? state.tasks.filter((t) => t.owner === me.id) : [];
    const cards = messages.filter((m) => m.card).map((m) => state.cards[m.card]);
    const key = JSON.stringify([this.tab, this.group, this.me, messages, tasks, cards]);
    if (this.drawn.messages === key) return;
    const count = messages.length + tasks.length;
    const grown = count !== this.drawn.count;
    this.drawn.messages = key;
    this.drawn.count = count;
    const near = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 120;
    const before = this.list.scrollTop;
    const rows = [...messages.map((m) => ({ at: m.at, draw: () => this.bubble(m, me) })),
      ...tasks.map((t) => ({ at: t.made, draw: () => h("div", { class: "line system-task" }, taskView(t, me.id, state)) }))];
    rows.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    const children = [];
    let last = 0;
    for (const row of rows) {
      const time = Date.parse(row.at);
      if (time - last > 5 * 60 * 1000) {
        const sameDay = row.at.slice(0, 10) === state.now.slice(0, 10);
        children.push(h("div", { class: "time" }, sameDay ? clockTime(row.at) : dayTime(row.at)));
      }
      last = time;
      children.push(row.draw());
    }
    if (!children.length) children.push(h("div", { class: "empty" }, this.emptyText(group, me)));
    this.list.replaceChildren(...children);
    this.list.scrollTop = fresh || (near && grown) || near ? this.list.scrollHeight : before;
  }

  emptyText(group, me) {
    if (this.tab === "private") return me?.wecom ? "这里是你和小格的单聊，还有发给你的卡片" : "用的是普通微信：小格只在群里和他说话";
    if (group?.tier === "basic") return "说件身边的事试试，例如：3号楼楼道灯坏了好几天";
    return "还没有人说话。点 @ 可以叫小格";
  }

  bubble(message, me) {
    if (message.recalled) return h("div", { class: "time", "data-testid": "recalled", "data-id": message.id }, `${message.sender === this.me ? "你" : message.sender_name}撤回了一条消息`);
    const mine = message.sender === this.me;
    const bot = message.sender === "bot";
    const card = message.card && this.state.cards[message.card];
    let content;
    if (card) content = cardView(card, this.me, this.state);
    else content = this.words(message, bot);
    const actions = h("div", { class: "actions" },
      message.kind !== "card" ? h("button", { "data-testid": "quote", onclick: () => this.setQuote(message) }, "引用") : null,
      mine ? h("button", { "data-testid": "recall", onclick: () => call("/recall", { person: this.me, message: message.id }) }, "撤回") : null,
      bot && this.tab === "private" && message.text ? h("button", { "data-testid": "paste-text-message", onclick: () => openPaste({ person: me.id, text: message.text }, this.state) }, "转发到群") : null);
    const how = { mass: "企业群发", pasted: "转发", webhook: "推送", app: "应用消息" }[message.how];
    return h("div", { class: `line${mine ? " mine" : ""}${bot ? " bot" : ""}`, "data-testid": "message", "data-id": message.id, "data-sender": message.sender },
      h("div", { class: "avatar", style: `background:${bot ? "#07a35a" : colorOf(message.sender)}`, "aria-hidden": "true" }, bot ? "格" : message.sender_name.slice(-1)),
      h("div", { class: "body" },
        h("div", { class: "name" }, message.sender_name, how ? h("small", {}, how) : null),
        content, actions));
  }

  words(message, bot) {
    const danger = bot && /【险情|立即撤离|119|120/.test(message.text);
    const box = h("div", { class: `bubble${danger ? " danger" : ""}${message.kind === "image" ? " picture" : ""}` });
    if (message.quote) box.append(h("div", { class: "quoted" }, `${message.quote.sender_name}：${message.quote.text}`));
    if (message.image) box.append(h("img", { src: message.image, alt: "图片" }));
    if (message.kind !== "image") {
      if (message.kind === "markdown" || message.kind === "stream") box.append(markdown(message.text, (id) => this.nameOf(id)));
      else box.append(h("span", {}, ...this.withMentions(message)));
    }
    if (message.streaming) box.append(h("span", { class: "dots", "aria-label": "正在回答" }, "…"));
    return box;
  }

  withMentions(message) {
    let text = message.text;
    const lead = message.how === "webhook" && message.mentions.length ? message.mentions.map((id) => `@${this.nameOf(id)} `).join("") : "";
    text = lead + text;
    const names = [...new Set(message.mentions.map((id) => `@${this.nameOf(id)}`))];
    if (!names.length) return [text];
    const escaped = names.map((n) => n.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    return text.split(new RegExp(`(${escaped})`)).map((part) => (names.includes(part) ? h("span", { class: "at" }, part) : part));
  }
}
