// Template cards and mass-send tasks, as one person sees them.

import { call, h, toast } from "./dom.js";
import { openPaste } from "./paste.js";

const chosen = new Map(); // choices not yet sent, by card, person and question

const choiceKey = (card, person, question) => `${card.id}/${person}/${question}`;

export function seenBy(card, person) {
  return card.own[person] || card.body;
}

export function isLive(card, person) {
  const body = seenBy(card, person);
  return !card.recalled && !body.replace_text && Boolean((body.button_list || []).length || body.submit_button);
}

export function waitsFor(card, person) {
  return isLive(card, person) && !card.clicked[person];
}

function looksDangerous(body) {
  const words = `${body.source?.desc || ""}${body.main_title?.title || ""}${body.main_title?.desc || ""}`;
  return body.source?.desc_color === 2 || /危险|险情|紧急避险/.test(words);
}

function picker(card, person, holder, many) {
  const key = choiceKey(card, person, holder.question_key);
  if (!chosen.has(key)) {
    const first = holder.option_list.filter((o) => o.id === holder.selected_id || o.is_checked).map((o) => o.id);
    chosen.set(key, first);
  }
  if (many) {
    const boxes = holder.option_list.map((option) => h("label", { class: "option" },
      h("input", { type: "checkbox", value: option.id, checked: chosen.get(key).includes(option.id), "data-testid": "card-option",
        onchange: (event) => chosen.set(key, event.target.checked ? [...chosen.get(key), option.id] : chosen.get(key).filter((o) => o !== option.id)) }),
      option.text));
    return h("div", { class: "options" }, ...boxes);
  }
  const select = h("select", { "data-testid": "card-select", "data-question": holder.question_key, "aria-label": holder.title || "选择",
    onchange: (event) => chosen.set(key, event.target.value ? [event.target.value] : []) },
    h("option", { value: "" }, holder.title ? `${holder.title}…` : "请选择…"),
    ...holder.option_list.map((o) => h("option", { value: o.id, selected: chosen.get(key).includes(o.id) }, o.text)));
  return h("label", { class: "picker" }, holder.title ? h("span", {}, holder.title) : null, select);
}

function choicesOf(card, person, body) {
  const choices = {};
  for (const holder of [body.button_selection, body.checkbox, ...(body.select_list || [])]) {
    const value = holder && chosen.get(choiceKey(card, person, holder.question_key));
    if (value && value.length) choices[holder.question_key] = value;
  }
  return choices;
}

export function cardView(card, person, state) {
  const body = seenBy(card, person);
  const live = isLive(card, person);
  const box = h("article", { class: `card${looksDangerous(body) ? " danger" : ""}`, "data-testid": "card", "data-card": card.id, "data-task": card.task_id });
  if (body.source?.desc) box.append(h("div", { class: "card-source" }, body.source.desc));
  if (body.main_title?.title) box.append(h("h4", {}, body.main_title.title));
  if (body.main_title?.desc) box.append(h("p", { class: "card-desc" }, body.main_title.desc));
  if (body.emphasis_content?.title) box.append(h("div", { class: "emphasis" }, h("b", {}, body.emphasis_content.title), h("small", {}, body.emphasis_content.desc || "")));
  if (body.quote_area?.quote_text) box.append(h("blockquote", {}, body.quote_area.title ? h("b", {}, body.quote_area.title) : null, body.quote_area.quote_text));
  if (body.sub_title_text) box.append(h("p", { class: "card-sub" }, body.sub_title_text));
  for (const part of body.vertical_content_list || []) box.append(h("p", { class: "card-desc" }, h("b", {}, part.title), " ", part.desc || ""));
  if ((body.horizontal_content_list || []).length) {
    box.append(h("dl", {}, ...body.horizontal_content_list.flatMap((row) => [
      h("dt", {}, row.keyname),
      h("dd", {}, row.url ? h("a", { href: row.url, target: "_blank", rel: "noreferrer" }, row.value || "查看") : row.value || ""),
    ])));
  }
  if (card.recalled) {
    box.append(h("div", { class: "card-over" }, "卡片已撤回"));
    return box;
  }
  if (live) {
    if (body.button_selection) box.append(picker(card, person, body.button_selection, false));
    for (const select of body.select_list || []) box.append(picker(card, person, select, false));
    if (body.checkbox) box.append(picker(card, person, body.checkbox, body.checkbox.mode === 1));
  }
  const click = async (key) => {
    const answer = await call("/click", { person, card: card.id, key, choices: choicesOf(card, person, body) });
    if (answer && !answer.heard) toast("机器人不在线，这次点击没有送到");
  };
  const buttons = [];
  if (live) {
    for (const button of body.button_list || []) {
      if (button.type === 1) buttons.push(h("a", { class: "button style4", href: button.url, target: "_blank", rel: "noreferrer" }, button.text));
      else buttons.push(h("button", { class: `button style${button.style || 1}`, "data-testid": "card-button", "data-key": button.key, onclick: () => click(button.key) }, button.text));
    }
    if (body.submit_button) buttons.push(h("button", { class: "button style1", "data-testid": "card-button", "data-key": body.submit_button.key, onclick: () => click(body.submit_button.key) }, body.submit_button.text));
    const forwarded = (body.button_list || []).find((b) => b.text.includes("已转发"));
    if (forwarded) {
      buttons.unshift(h("button", { class: "button style1", "data-testid": "paste", onclick: () => openPaste({ person, card, text: card.copy_text, key: forwarded.key, body }, state) }, "转发到群"));
    }
  }
  if (buttons.length) box.append(h("div", { class: `card-buttons${buttons.length > 2 ? " many" : ""}` }, ...buttons));
  if (body.replace_text) box.append(h("div", { class: "card-over", "data-testid": "card-replaced" }, body.replace_text));
  else if (card.clicked[person] && live) box.append(h("div", { class: "card-note" }, "已点，等机器人回应"));
  return box;
}

export function taskView(task, person, state) {
  const names = task.groups.map((id) => state.groups.find((g) => g.id === id)?.name || id).join("、");
  const states = { waiting: "等你确认", sent: "已发送", cancelled: "已取消，不用发了" };
  const refused = Object.values(task.results).includes(3) ? "（部分群本月次数已满，没有收到）" : "";
  return h("article", { class: `card task ${task.state}`, "data-testid": "task", "data-task": task.id, "data-state": task.state },
    h("div", { class: "card-source" }, `企业群发 · ${states[task.state]}${refused}`),
    h("blockquote", {}, task.text),
    h("p", { class: "card-desc" }, `发到：${names}`),
    task.reminders ? h("p", { class: "card-desc" }, `机器人催了 ${task.reminders} 次`) : null,
    task.state === "waiting"
      ? h("div", { class: "card-buttons" }, h("button", { class: "button style1", "data-testid": "task-confirm", onclick: () => call("/confirm", { owner: person, task: task.id }) }, "发送"))
      : null);
}
