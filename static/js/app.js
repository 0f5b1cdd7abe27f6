/* Generic behaviour by data attributes; every page also works without it. */
(function () {
  "use strict";
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const on = (type, handler, capture) => document.addEventListener(type, handler, capture || false);
  const AWAY = "连接不上服务器，内容还没有保存，仍在本页。";
  const PICKERS = {
    date: ["如 2026-06-03", "选日期"], month: ["如 2026-06", "选月份"],
    time: ["如 14:30", "选时间"], "datetime-local": ["如 2026-06-03 14:30", "选日期和时间"],
  };

  /* Date fields: a plain text field in our own format and a button that opens the browser's picker. */
  function dateField(input) {
    const type = input.type, [example, words] = PICKERS[type], value = (input.value || input.getAttribute("value") || "").replace("T", " ");
    const proxy = document.createElement("input"), button = document.createElement("button");
    const box = document.createElement("span");
    if (typeof proxy.showPicker !== "function") return;
    Object.assign(proxy, { type: type, tabIndex: -1, className: "date-proxy", min: input.min, max: input.max });
    proxy.ariaHidden = "true";
    Object.assign(button, { type: "button", className: `date-button date-${type}`, title: words, ariaLabel: words });
    Object.assign(input, { type: "text", value: value, placeholder: example, autocomplete: "off" });
    box.className = "date-box";
    input.replaceWith(box);
    box.append(input, proxy, button);
    button.addEventListener("click", () => { proxy.value = input.value.replace(" ", "T"); proxy.showPicker(); });
    proxy.addEventListener("change", (event) => {
      event.stopPropagation();
      input.value = proxy.value.replace("T", " ");
      ["input", "change"].forEach((name) => input.dispatchEvent(new Event(name, { bubbles: true })));
    });
  }

  /* data-tick-all="name": ticks every checkbox of that name in the same form. */
  function ticks(master) {
    return all(`input[type=checkbox][name="${master.dataset.tickAll}"]:not(:disabled)`, master.form || document);
  }
  function tickState(master) {
    const boxes = ticks(master), done = boxes.filter((box) => box.checked).length;
    master.checked = boxes.length > 0 && done === boxes.length;
    master.indeterminate = done > 0 && done < boxes.length;
    all(`[data-tick-count="${master.dataset.tickAll}"]`).forEach((spot) => { spot.textContent = done; });
  }

  function setUp(root) {
    Object.keys(PICKERS).forEach((type) => all(`input[type=${type}]:not(.date-proxy)`, root).forEach(dateField));
    all("[data-tick-all]", root).forEach(tickState);
    const first = all("[data-focus]", root)[0];
    if (first) first.focus();
  }

  /* data-copy="#id" copies that element's text; works without HTTPS too. */
  function copy(button) {
    const source = document.querySelector(button.dataset.copy), old = button.innerHTML;
    const area = document.createElement("textarea");
    area.value = "value" in source ? source.value : source.innerText;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    button.textContent = document.execCommand("copy") ? "已复制" : "请手工复制";
    area.remove();
    button.focus();
    setTimeout(() => { button.innerHTML = old; }, 1600);
  }

  /* data-quote="id": that element's text goes into the form's text field, which saves itself. */
  function quote(button) {
    const field = button.form.elements.text, words = document.getElementById(button.dataset.quote).textContent;
    field.value = field.value.trim() ? `${field.value.trimEnd()}\n${words}` : words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }

  function tell(text, ...more) {
    const spot = document.getElementById("messages"), note = document.createElement("div");
    const line = document.createElement("div");
    line.append(text, ...more);
    Object.assign(note, { className: "note note-bad", role: "alert" });
    note.dataset.told = "";
    note.append(line);
    if (!spot) return;
    spot.replaceChildren(note);
    spot.scrollIntoView({ block: "nearest" });
  }

  on("change", (event) => {
    const field = event.target;
    if (field.dataset.tickAll) ticks(field).forEach((box) => { box.checked = field.checked; });
    all("[data-tick-all]").forEach(tickState);
    if (field.type === "file") {
      const spot = document.querySelector(`[data-file-name="${field.id}"]`);
      if (spot) spot.textContent = Array.from(field.files, (file) => file.name).join("、") || "未选择文件";
    }
    if (field.form && field.closest("[data-autosubmit]")) field.form.requestSubmit();
  });

  /* A form that stood open for a while, or whose page was told no, asks before it is sent whether the person is still
     signed in; a page that was left by a new sign-in elsewhere gets its fresh tokens. What is typed stays either way. */
  const PATIENCE = 60000, alive = document.body.dataset.alive;
  let heard = Date.now();
  async function renew() {
    const answer = await fetch(alive);
    const there = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = there.querySelector("[name=csrfmiddlewaretoken]");
    if (new URL(answer.url).pathname !== alive || !token) return false;
    all("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token.value; });
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token.value }));
    heard = Date.now();
    return true;
  }
  function tellExpired() {
    const link = document.createElement("a");
    Object.assign(link, { href: document.body.dataset.login, target: "_blank", textContent: "在新窗口登录" });
    tell("登录已过期，这次没有保存，填写的内容仍在本页。请", link, "，再回到这里提交。");
  }
  on("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (!alive || form.method !== "post" || Date.now() - heard < PATIENCE) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    renew().then((ok) => { ok ? form.requestSubmit(button) : tellExpired(); }, () => tell(AWAY));
  }, true);
  on("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr.responseURL;
    if (answer && new URL(answer).pathname === document.body.dataset.login) heard = 0;
    else if (event.detail.xhr.status < 400) {
      heard = Date.now();
      all("#messages [data-told]").forEach((note) => note.remove());
    }
  });

  /* data-guard: leaving with unsaved input asks first. */
  const dirty = new Set();
  on("input", (event) => { const form = event.target.form; if (form && "guard" in form.dataset) dirty.add(form); });
  window.addEventListener("beforeunload", (event) => { if (dirty.size) event.preventDefault(); });

  /* One press, one save: the button rests while its form is on the way (data-again opts out, for downloads). */
  on("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (event.defaultPrevented || form.method !== "post" || "again" in form.dataset) return;
    dirty.delete(form);
    if (button && button.dataset.busy) { button.dataset.idle = button.innerHTML; button.textContent = button.dataset.busy; }
    const rest = (item) => { item.disabled = true; item.dataset.resting = ""; };
    setTimeout(() => all("button[type=submit]:enabled", form).forEach(rest));
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    all("[data-resting]").forEach((item) => {
      item.disabled = false;
      if (item.dataset.idle) item.innerHTML = item.dataset.idle;
    });
  });

  on("click", (event) => {
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    const quoter = event.target.closest("[data-quote]");
    if (quoter) { event.preventDefault(); quote(quoter); }
    if (event.target.closest("[data-print]")) window.print();
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  on("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
    all("#nav-toggle:checked").forEach((box) => { box.checked = false; box.focus(); });
  });

  on("htmx:load", (event) => { if (event.target !== document.body) setUp(event.target); });
  on("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (!alive || (status !== 401 && status !== 403)) return tell(`没有成功（${status}），请刷新页面后再试。`);
    heard = 0;
    renew().then((ok) => { ok ? tell("刚才的内容没有保存，请再试一次。") : tellExpired(); }, () => tell(AWAY));
  });
  on("htmx:sendError", () => tell(AWAY));
  setUp(document);
})();
