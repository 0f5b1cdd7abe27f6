/* The meeting form: shows what the ticked kinds ask for, counts who is there, repeats last time. Works without it. */
(function () {
  "use strict";
  const form = document.getElementById("meeting-form");
  if (!form) return;
  const all = (selector) => Array.from(form.querySelectorAll(selector));
  const one = (selector) => form.querySelector(selector);
  const touched = new Set();
  const REPEATED = ["begins_at", "place", "host", "recorder"];

  /* data-kinds="lecture …": a field that only these kinds ask for. */
  function showAsked() {
    const ticked = new Set(all("[name=kinds]:checked").map((box) => box.value));
    all("[data-kinds]").forEach((part) => { part.hidden = !part.dataset.kinds.split(" ").some((kind) => ticked.has(kind)); });
  }

  /* Who is there, who has a vote, and whether that is enough (data-need comes from the server's rule). */
  function count() {
    const line = document.getElementById("quorum"), rows = all("#attendance .attend li");
    if (!line) return;
    const boxes = rows.map((row) => row.querySelector("[name=present]"));
    const asked = boxes.filter((box, at) => box.checked || rows[at].querySelector("[name^=state]").value);
    const here = asked.filter((box) => box.checked), votes = (list) => list.filter((box) => "votes" in box.dataset).length;
    const numbers = { expected: asked.length, "voters-expected": votes(asked), present: here.length, voters: votes(here) };
    Object.keys(numbers).forEach((name) => { line.querySelector(`[data-count=${name}]`).textContent = numbers[name]; });
    const verdict = line.querySelector("[data-verdict]");
    if (!verdict) return;
    const holds = numbers[line.dataset.by] >= Number(line.dataset.need);
    verdict.textContent = holds ? verdict.dataset.yes : verdict.dataset.no;
    verdict.className = holds ? "holds" : "fails";
  }

  /* 优秀 in an appraisal; data-most comes from the server's rule. */
  function countExcellent() {
    const line = document.getElementById("excellent");
    if (!line) return;
    const number = all("#attendance select[name^=grade]").filter((field) => field.value === "excellent").length;
    line.querySelector("[data-excellent]").textContent = number;
    line.querySelector("[data-over]").hidden = number <= Number(line.dataset.most);
  }

  /* Time, place, host and recorder of the last meeting of the kinds now ticked, where nobody has typed. */
  function repeatLast() {
    const list = document.getElementById("attendance");
    REPEATED.forEach((name) => {
      const field = one(`[name=${name}]`), last = list.getAttribute(`data-last-${name}`);
      if (field && last && !touched.has(name)) field.value = last;
    });
  }

  function addRow() {
    const total = one("[name=res-TOTAL_FORMS]"), rows = one("[data-rows]");
    const html = one("template[data-row]").innerHTML.replaceAll("__prefix__", total.value);
    rows.insertAdjacentHTML("beforeend", html);
    total.value = Number(total.value) + 1;
    rows.lastElementChild.querySelector("textarea").focus();
  }

  form.addEventListener("input", (event) => {
    if (event.target.name) touched.add(event.target.name);
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "kinds") showAsked();
    if (event.target.closest("#attendance")) { count(); countExcellent(); }
    if (event.target.name === "present" && !event.target.checked) {
      const row = event.target.closest("li"), reason = row.querySelector("[name^=reason]");
      if (!reason.value && row.querySelector("[name^=state]").value) reason.focus({ preventScroll: true });
    }
  });
  form.addEventListener("click", (event) => { if (event.target.closest("[data-add-row]")) addRow(); });

  /* A lapsed session answers with the sign-in page: say so, and leave the page as it is. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr.responseURL;
    if (!answer || new URL(answer).pathname === event.detail.pathInfo.requestPath) return;
    event.detail.shouldSwap = false;
    document.getElementById("draft-state")?.replaceChildren("登录已过期，请在新窗口登录后再保存；填写的内容仍在本页。");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.id !== "attendance") return;
    repeatLast();
    count();
  });

  all("[data-add-row]").forEach((button) => { button.hidden = false; });
  if ("kept" in form.dataset) REPEATED.forEach((name) => touched.add(name));
  showAsked();
  count();
})();
