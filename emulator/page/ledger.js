// The panel of everything sent and received, newest on top, and the switches for faults.

import { call, h } from "./dom.js";

const SHOWN = 150;
const ARROWS = { sent: ["→", "机器人发出"], received: ["←", "机器人收到"], page: ["•", "人的操作"] };
const NAMES = {
  gettoken: "取 token", "message/send": "应用消息", "message/update_template_card": "更新卡片", "message/recall": "撤回应用消息",
  "externalcontact/add_msg_template": "建群发任务", "externalcontact/get_groupmsg_task": "查群发任务",
  "externalcontact/get_groupmsg_send_result": "查群发结果", "externalcontact/remind_groupmsg_send": "催群发",
  "externalcontact/cancel_groupmsg_send": "取消群发", "webhook/send": "群推送", fetch: "取存档",
  aibot_subscribe: "登录长连接", aibot_send_msg: "机器人推送", aibot_respond_msg: "机器人回复", aibot_respond_update_msg: "机器人改卡片",
  aibot_respond_welcome_msg: "欢迎语", aibot_msg_callback: "收到 @", aibot_event_callback: "收到事件", message: "收到应用消息",
  template_card_event: "收到点击", msgaudit_notify: "存档通知", change_external_chat: "客户群变更", text: "说话", image: "发图",
  mixed: "发图文", recall: "撤回", confirm: "确认群发", walk: "走时钟", arrived: "时钟到了", verify: "验证地址", agree: "存档意愿",
};
const FAULTS = [
  ["丢应答", { kind: "drop_answer", endpoint: "message/send" }],
  ["超频 45009", { kind: "errcode", errcode: 45009 }],
  ["token 过期", { kind: "end_token", errcode: 42001 }],
  ["HTTP 502", { kind: "http", status: 502 }],
  ["慢 6 秒", { kind: "slow", seconds: 6 }],
  ["丢回调", { kind: "drop_callback" }],
  ["投两次", { kind: "deliver_twice" }],
];

export class LedgerPanel {
  constructor(root) {
    this.entries = [];
    this.filter = "all";
    this.list = h("ol", { class: "entries", "data-testid": "ledger-entries" });
    const filter = h("select", { "data-testid": "ledger-filter", "aria-label": "看哪些", onchange: (e) => { this.filter = e.target.value; this.draw(); } },
      h("option", { value: "all" }, "全部"), h("option", { value: "bot" }, "只看机器人"), h("option", { value: "errors" }, "只看出错"));
    this.active = h("div", { class: "active-faults", "data-testid": "faults-active" });
    const switches = h("details", { class: "faults" }, h("summary", {}, "故障开关（各生效一次）"),
      h("div", { class: "fault-buttons" },
        ...FAULTS.map(([label, fault]) => h("button", { "data-testid": `fault-${fault.kind}`, onclick: async () => this.showFaults(await call("/test/faults", fault)) }, label)),
        h("button", { "data-testid": "fault-cut-socket", onclick: () => call("/test/cut_socket") }, "断开长连接"),
        h("button", { "data-testid": "faults-clear", onclick: async () => this.showFaults(await (await fetch("/test/faults", { method: "DELETE" })).json()) }, "全部取消")),
      this.active);
    root.append(h("div", { class: "ledger-head" }, h("b", {}, "收发记录"), filter), switches, this.list);
    fetch("/ledger?limit=150").then((answer) => answer.json()).then((entries) => {
      const known = new Set(this.entries.map((e) => e.n));
      this.entries = [...entries.filter((e) => !known.has(e.n)), ...this.entries];
      this.draw();
    });
  }

  showFaults(answer) {
    const faults = answer?.faults;
    if (faults) this.active.textContent = faults.length ? `待发生：${faults.map((f) => `${f.kind}${f.endpoint ? `（${f.endpoint}）` : ""}`).join("、")}` : "";
  }

  add(entry) {
    this.entries.push(entry);
    if (this.entries.length > SHOWN * 2) this.entries.splice(0, SHOWN);
    if (!this.fits(entry)) return;
    this.list.prepend(this.row(entry));
    while (this.list.children.length > SHOWN) this.list.lastChild.remove();
  }

  fits(entry) {
    if (this.filter === "errors") return entry.errcode !== 0 || entry.flags.length > 0;
    return this.filter === "all" || entry.direction !== "page";
  }

  draw() {
    this.list.replaceChildren(...this.entries.filter((e) => this.fits(e)).slice(-SHOWN).reverse().map((e) => this.row(e)));
  }

  row(entry) {
    const [arrow, meaning] = ARROWS[entry.direction];
    const bad = entry.errcode !== 0;
    const detail = entry.request || entry.answer
      ? h("pre", {}, JSON.stringify({ request: entry.request ?? undefined, answer: entry.answer ?? undefined }, null, 1))
      : null;
    const head = [h("span", { class: "arrow", title: meaning }, arrow), h("b", { title: entry.endpoint }, NAMES[entry.endpoint] || entry.endpoint),
      bad ? h("span", { class: "code" }, String(entry.errcode)) : null, h("time", {}, entry.time.slice(11, 19))];
    const line = h("div", { class: "entry-head" }, ...head);
    const words = h("div", { class: "entry-words" }, entry.summary, ...entry.flags.map((flag) => h("em", {}, flag)));
    return h("li", { class: `entry ${entry.direction}${bad ? " bad" : ""}`, "data-testid": "ledger-entry", "data-endpoint": entry.endpoint, "data-errcode": entry.errcode },
      detail ? h("details", {}, h("summary", {}, line, words), detail) : h("div", { class: "plain" }, line, words));
  }
}
