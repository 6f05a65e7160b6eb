"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const reports = [...document.querySelectorAll(".report")];
const words = (node) => data.words[node.closest(".report").lang];
for (const node of document.querySelectorAll(".js")) node.hidden = false;

// on a narrow page the contents wait until they are asked for
if (matchMedia("(max-width: 1119px)").matches)
  for (const part of document.querySelectorAll("nav details")) part.open = false;

// languages
const show = (language) => {
  for (const report of reports) report.hidden = report.lang !== language;
  document.documentElement.lang = language;
  document.title = reports.find((r) => r.lang === language).querySelector("h1").textContent;
};
for (const button of document.querySelectorAll(".lang"))
  button.addEventListener("click", () => show(button.dataset.lang));
const asked = location.hash.slice(1, 3);
if (reports.some((report) => report.lang === asked) && reports.length > 1) show(asked);
for (const button of document.querySelectorAll(".print"))
  button.addEventListener("click", () => print());

// where a number comes from
const trace = document.getElementById("trace");
const ask = (number) => {
  const own = words(number);
  const { f, r, c } = number.dataset;
  const meaning = data.meanings[`${f}|${c}`] || "";
  const list = trace.querySelector("dl");
  list.replaceChildren();
  const lines = [[own.trace_file, f], [own.trace_row, r], [own.trace_column, c]];
  if (meaning) lines.push([own.trace_meaning, meaning]);
  for (const [name, text] of lines) {
    const [term, what] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    what.textContent = text;
    list.append(term, what);
  }
  trace.querySelector("button").textContent = own.trace_close;
  trace.showModal();
};
for (const number of document.querySelectorAll(".n")) {
  number.tabIndex = 0;
  number.setAttribute("role", "button");
}
document.addEventListener("click", (event) => {
  const number = event.target.closest(".n");
  if (number) ask(number);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches(".n")) ask(event.target);
});

// tables: sort, filter
const value = (cell) => {
  const text = cell.textContent.trim();
  const number = parseFloat(text.replace("−", "-").replace(/,/g, "").replace(/^[<=] /, ""));
  return Number.isNaN(number) ? text : number;
};
for (const table of document.querySelectorAll(".grid table")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, k) => {
    if (body.rows.length < 3) return;
    head.classList.add("sortable");
    head.tabIndex = 0;
    const sort = () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows].sort((a, b) => {
        const [x, y] = [value(a.cells[k]), value(b.cells[k])];
        const less = typeof x === "number" && typeof y === "number"
          ? x - y : String(x).localeCompare(String(y));
        return up ? less : -less;
      });
      body.append(...rows);
    };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
  });
  if (!table.classList.contains("filtered")) continue;
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = words(table).filter;
  search.setAttribute("aria-label", words(table).filter);
  search.addEventListener("input", () => {
    const wanted = search.value.toLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
  table.parentElement.before(search);
}

// pick a group in the profile of groups
for (const figure of document.querySelectorAll("figure[id$='-groups']")) {
  const labels = [...figure.querySelectorAll("text")].filter((t) => t.querySelector("title"));
  if (labels.length < 2 || !figure.querySelector("rect[data-g]")) continue;
  const choice = document.createElement("select");
  choice.setAttribute("aria-label", words(figure).pick_group);
  choice.append(new Option(words(figure).all_groups, ""));
  labels.forEach((label, k) => choice.append(new Option(label.querySelector("title").textContent, k)));
  choice.addEventListener("change", () => {
    for (const rect of figure.querySelectorAll("rect[data-g]"))
      rect.style.opacity = choice.value === "" || rect.dataset.g === choice.value ? 1 : 0.15;
  });
  figure.querySelector(".drawing").before(choice);
}

// pictures to keep
for (const button of document.querySelectorAll(".save"))
  button.addEventListener("click", () => {
    const svg = button.closest("figure").querySelector("svg").outerHTML;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    link.download = `${button.dataset.name}.svg`;
    link.click();
    URL.revokeObjectURL(link.href);
  });

// move a cut-off
const verdicts = document.getElementById("verdicts");
if (verdicts) {
  const table = JSON.parse(verdicts.textContent);
  const write = (number) => number.toFixed(2).replace(/^0/, "");
  for (const box of document.querySelectorAll(".after")) {
    const inputs = [...box.querySelectorAll("input")];
    const names = box.closest(".report").lang;
    const passing = (cuts) => table.rows.filter(
      (row) => row.rwg_j >= cuts.rwg_j && row.icc1 >= cuts.icc1);
    const judge = () => {
      const cuts = Object.fromEntries(inputs.map((i) => [i.dataset.cut, +i.value]));
      for (const input of inputs)
        input.previousElementSibling.textContent = write(+input.value);
      const [now, before] = [passing(cuts), passing(table.cutoffs)];
      const changed = table.rows.filter((row) => now.includes(row) !== before.includes(row));
      const own = data.words[names];
      box.querySelector(".result").textContent =
        `${now.length} / ${table.rows.length} ${own["agreement.after.both"]}. ` +
        `${own["agreement.after.changed"]}: ` +
        (changed.map((row) => row.names[names]).join(", ") || own["structure.none"]);
    };
    for (const input of inputs) {
      input.value = table.cutoffs[input.dataset.cut];
      input.addEventListener("input", judge);
    }
    judge();
  }
}
