// Answers of one township: kept while the page is open, saved as a file that `bidui triage import` takes.
(function () {
  "use strict";
  var given = JSON.parse(document.getElementById("given").textContent);
  var PARTS = given.parts, NAMES = PARTS.map(function (part) { return part.code; });
  var rows = Array.prototype.slice.call(document.querySelectorAll("tr.f"));
  var answers = {}, undo = [], at = -1, dirty = false, stored = true, place = "bidui " + given.page;
  function $(id) { return document.getElementById(id); }
  function make(tag, text, into, name) {
    var one = document.createElement(tag);
    if (text) { one.textContent = text; }
    if (name) { one.className = name; }
    if (into) { into.appendChild(one); }
    return one;
  }
  function of(key) { return answers[key] || {}; }
  function meaning(verdict) { return given.meaning[verdict] || { needs: [], reasons: [], measures: [] }; }
  function needs(answer) { return meaning(answer.verdict).needs.concat(given.noted.indexOf(answer.reason) >= 0 ? ["note"] : []); }
  // What an answer lacks, or what contradicts it, in words.
  function faults(answer, row) {
    var told = [], means = meaning(answer.verdict), need = needs(answer);
    if (!answer.verdict) {
      return NAMES.some(function (name) { return answer[name] && name !== "answered_by" && name !== "answered_on"; }) ? ["核查结果"] : [];
    }
    if (answer.verdict === "撤回") { return []; }
    PARTS.forEach(function (part) { if (need.indexOf(part.code) >= 0 && !value(answer, part.code)) { told.push(part.title); } });
    [["reason", "reasons"], ["measure", "measures"]].forEach(function (pair) {
      var fit = means[pair[1]];
      if (answer[pair[0]] && fit.length && fit.indexOf(answer[pair[0]]) < 0) { told.push("与“" + answer.verdict + "”相配的" + title(pair[0])); }
    });
    if (means.closes && (answer.recovered > 0 || answer.stopped_month)) { told.push("“" + answer.verdict + "”不填追缴金额、停发月份"); }
    if (means.apart && row.dataset.one) { told.push("别的核查结果（没有把几条记录认作一个人，不能选“" + answer.verdict + "”）"); }
    if (answer.recovered && !/^[0-9]+(\.[0-9]{1,2})?$/.test(answer.recovered)) { told.push("追缴金额写成数字"); }
    return told;
  }
  function title(code) { return PARTS.filter(function (part) { return part.code === code; })[0].title; }
  // Name and day above the list hold for all rows that have none.
  function value(answer, code) {
    if (answer[code]) { return answer[code]; }
    if (code === "answered_by") { return $("by").value.trim(); }
    if (code === "answered_on") { return $("on").value; }
    return "";
  }
  function keep() {
    try {
      localStorage.setItem(place, JSON.stringify({ answers: answers, by: $("by").value, on: $("on").value }));
    } catch (error) { stored = false; }
    $("unstored").classList.toggle("hidden", stored);
  }
  function count() {
    var done = 0, part = 0;
    rows.forEach(function (row) {
      var answer = of(row.dataset.k), lacks = faults(answer, row), whole = !!answer.verdict && !lacks.length;
      row.classList.toggle("done", whole);
      row.classList.toggle("part", lacks.length > 0);
      var told = row.querySelector(".lack");
      if (told) { told.textContent = lacks.length ? "还缺：" + lacks.join("、") : ""; }
      done += whole ? 1 : 0; part += lacks.length ? 1 : 0;
    });
    $("count").textContent = "已填" + done + "条，未填" + (rows.length - done - part) + "条" + (part ? "，没填全" + part + "条" : "") + "，共" + rows.length + "条";
    $("undo").disabled = !undo.length;
  }
  function put(key, code, text, silent) {
    var before = of(key)[code] || "";
    if (before === text) { return false; }
    if (!silent) { undo.push([key, code, before]); }
    if (!answers[key]) { answers[key] = {}; }
    if (text) { answers[key][code] = text; } else { delete answers[key][code]; }
    dirty = true;
    return true;
  }
  function set(key, code, text, silent) { if (put(key, code, text, silent)) { keep(); count(); } }
  function choices(select, words, chosen, blank) {
    select.textContent = "";
    make("option", blank, select).value = "";
    words.concat(chosen && words.indexOf(chosen) < 0 ? [chosen] : []).forEach(function (word) { make("option", word, select).value = word; });
    select.value = chosen || "";
  }
  // A row's verdict, and below it the fields that it needs.
  function draw(row) {
    var cell = row.querySelector(".ans"), key = row.dataset.k;
    cell.textContent = "";
    var verdict = make("select", "", cell);
    verdict.name = "verdict"; verdict.setAttribute("aria-label", "核查结果");
    choices(verdict, given.verdicts, of(key).verdict, "核查结果…");
    verdict.onchange = function () { set(key, "verdict", verdict.value); if (rows[at] === row) { fields(row, true); } else { go(rows.indexOf(row)); row.querySelector("select").focus(); } };
    make("span", "", cell, "lack").setAttribute("role", "status");
    make("div", "", cell, "parts");
    fields(row, rows[at] === row);
  }
  function fields(row, open) {
    var parts = row.querySelector(".parts"), key = row.dataset.k, answer = of(key), means = meaning(answer.verdict), need = needs(answer);
    parts.textContent = "";
    row.classList.toggle("open", open);
    PARTS.forEach(function (part) {
      if (!open) {
        if (answer[part.code]) { make("span", part.title + "：" + answer[part.code], parts); }
        return;
      }
      var needed = need.indexOf(part.code) >= 0, label = make("label", "", parts, (needed ? "need " : "") + (answer[part.code] ? "" : "blank"));
      make("b", part.title + (needed ? "＊ " : " "), label);
      var words = part.code === "reason" ? given.reasons : part.code === "measure" ? given.measures : [];
      var fit = part.code === "reason" ? means.reasons : part.code === "measure" ? means.measures : [];
      var field = make(words.length ? "select" : "input", "", label, part.code === "note" ? "note" : "");
      field.name = part.code;
      if (words.length) { choices(field, fit.length ? fit : words, answer[part.code], "…"); } else {
        field.value = answer[part.code] || "";
        if (part.code === "answered_on") { field.type = "date"; }
        if (part.code === "stopped_month") { field.placeholder = "2018-10"; }
        if (part.code === "answered_by") { field.placeholder = $("by").value; }
      }
      field.onchange = function () { set(key, part.code, field.value.trim()); if (part.code === "reason") { fields(row, true); row.querySelector("[name=reason]").focus(); } };
    });
  }
  function mark(to) {
    if (rows[at]) { rows[at].classList.remove("at"); }
    at = to;
    rows[at].classList.add("at");
  }
  function go(to, into) {
    if (!rows.length) { return; }
    mark(Math.max(0, Math.min(rows.length - 1, to)));
    rows.forEach(function (row) { if (row !== rows[at] && row.classList.contains("open")) { fields(row, false); } });
    draw(rows[at]);
    count();
    rows[at].scrollIntoView({ block: "nearest" });
    var bar = document.querySelector("header").getBoundingClientRect().bottom, top = rows[at].getBoundingClientRect().top;
    if (top < bar) { window.scrollBy(0, top - bar - 4); }
    if (into) { rows[at].querySelector("select").focus(); }
  }
  function answer(digit) {
    var verdict = given.verdicts[digit === 0 ? 9 : digit - 1], row = rows[at];
    if (!row || !verdict) { return; }
    set(row.dataset.k, "verdict", verdict);
    draw(row);
    count();
    var lacking = needs(of(row.dataset.k)).filter(function (code) { return !value(of(row.dataset.k), code); })[0];
    if (lacking) { row.querySelector("[name=" + lacking + "]").focus(); }
  }
  function back() {
    var last = undo.pop();
    if (!last) { return; }
    set(last[0], last[1], last[2], true);
    rows.forEach(function (row, number) { if (row.dataset.k === last[0]) { go(number); } });
    count();
  }
  // FNV-1a over what is saved: an import tells whether the file is still that.
  function check(lines) {
    var hash = 2166136261;
    lines.forEach(function (cells) {
      var line = cells.join("\t") + "\n";
      for (var i = 0; i < line.length; i++) { hash = Math.imul(hash ^ line.charCodeAt(i), 16777619) >>> 0; }
    });
    return ("0000000" + hash.toString(16)).slice(-8);
  }
  function csv(lines) {
    return "\ufeff" + lines.map(function (cells) {
      return cells.map(function (cell) { return /[",\n\r\t]/.test(cell) ? '"' + cell.replace(/"/g, '""') + '"' : cell; }).join(",");
    }).join("\r\n") + "\r\n";
  }
  function lines() {
    var out = [];
    rows.forEach(function (row) {
      var one = of(row.dataset.k);
      if (!NAMES.concat(["verdict"]).some(function (name) { return one[name]; })) { return; }
      var cells = [row.dataset.n, one.verdict || ""].concat(NAMES.map(function (code) { return value(one, code); })).concat([row.dataset.k, row.dataset.v]);
      out.push(cells.map(function (cell) { return cell.replace(/[\r\n\t]+/g, " ").trim(); }));
    });
    return out;
  }
  function save() {
    var out = lines(), lacking = document.querySelectorAll("tr.part").length;
    if (!out.length) { window.alert("还没有填。"); return; }
    if (lacking && !window.confirm(lacking + "条没有填全，导入时会退回。仍要保存吗？")) { return; }
    var head = [given.file, given.of, given.period, "共" + out.length + "行", "校验" + check(out)];
    var blob = new Blob([csv([head, given.titles].concat(out))], { type: "text/csv" });
    var link = make("a", "", document.body);
    link.href = URL.createObjectURL(blob);
    link.download = "答复_" + given.of + "_" + given.period + ".csv";
    link.click();
    document.body.removeChild(link);
    dirty = false;
    $("told").textContent = "已保存" + out.length + "条到“" + link.download + "”（一般在“下载”文件夹），请交回。";
  }
  function cells(text) {
    var out = [[""]], quoted = false;
    text = text.replace(/^\ufeff/, "");
    for (var i = 0; i < text.length; i++) {
      var c = text[i], row = out[out.length - 1];
      if (quoted) {
        if (c === '"' && text[i + 1] === '"') { row[row.length - 1] += c; i++; } else if (c === '"') { quoted = false; } else { row[row.length - 1] += c; }
      } else if (c === '"') { quoted = true; } else if (c === ",") { row.push(""); } else if (c === "\n") { out.push([""]); } else if (c !== "\r") { row[row.length - 1] += c; }
    }
    return out;
  }
  // Goes on with answers that were saved before.
  function open(file) {
    var reader = new FileReader();
    reader.onload = function () {
      var read = cells(String(reader.result)), known = {}, taken = 0, other = 0;
      rows.forEach(function (row) { known[row.dataset.k] = true; });
      if (!read[0] || read[0][0] !== given.file || !read[1] || read[1].join() !== given.titles.join()) { window.alert("这不是本页保存的答复文件。"); return; }
      var width = given.titles.length, body = read.slice(2).filter(function (line) { return line.join(""); });
      if (read[0].indexOf("共" + body.length + "行") < 0 || body.some(function (line) { return line.length < width; })) {
        window.alert("答复文件不完整，没有打开：第一行写着" + (read[0][3] || "的看不出") + "，读到" + body.length + "行。请用原来保存的文件。");
        return;
      }
      body = body.map(function (line) { return line.slice(0, width); });
      var same = read[0].indexOf("校验" + check(body)) >= 0;
      body.forEach(function (line) {
        var key = line[line.length - 2];
        if (!known[key]) { other++; return; }
        put(key, "verdict", line[1]);
        NAMES.forEach(function (code, i) { put(key, code, line[i + 2]); });
        taken++;
      });
      $("told").textContent = "打开了" + taken + "条" + (other ? "，另有" + other + "条不在本清单里，没有读" : "") + (same ? "。" : "。这个文件保存以后改过（校验不符），请逐行核对。");
      rows.forEach(draw);
      keep(); count();
    };
    reader.readAsText(file);
  }
  try {
    localStorage.setItem("bidui", "1");
    var old = JSON.parse(localStorage.getItem(place) || "{}");
    answers = old.answers || {};
    $("by").value = old.by || ""; $("on").value = old.on || "";
  } catch (error) { stored = false; }
  $("unstored").classList.toggle("hidden", stored);
  rows.forEach(function (row, number) {
    draw(row);
    row.addEventListener("mousedown", function () { if (at !== number && !row.contains(document.activeElement)) { window.setTimeout(function () { if (at !== number) { go(number); } }, 0); } });
    // The row before stays open until the next step: nothing moves under the mouse.
    row.addEventListener("focusin", function () { if (at !== number) { mark(number); fields(row, true); } });
  });
  ["by", "on"].forEach(function (id) { $(id).addEventListener("change", function () { keep(); rows.forEach(draw); count(); }); });
  $("save").onclick = save;
  $("undo").onclick = back;
  $("open").onchange = function () { if (this.files[0]) { open(this.files[0]); } this.value = ""; };
  $("only").onchange = function () { document.body.classList.toggle("only-open", this.checked); };
  $("print").onclick = function () { window.print(); };
  $("keys").onclick = function () { window.alert("j、k 下一条、上一条；1 到 9、0 选核查结果；Enter 进入填写；Esc 离开填写；u 撤销；n 下一条未填；s 保存答复。"); };
  window.addEventListener("beforeunload", function (event) {
    if (dirty && !stored) { event.preventDefault(); event.returnValue = "答复还没有保存"; }
  });
  document.addEventListener("keydown", function (event) {
    var field = event.target, typing = /^(SELECT|INPUT|TEXTAREA)$/.test(field.tagName) && field.type !== "checkbox";
    if (event.ctrlKey || event.altKey || event.metaKey) { return; }
    if (event.key === "Escape") { field.blur(); return; }
    if (typing || field.tagName === "BUTTON" && event.key === "Enter") { return; }
    if (event.key === "j") { go(at + 1); } else if (event.key === "k") { go(at - 1); } else if (event.key === "u") { back(); } else if (event.key === "s") { save(); } else if (event.key === "Enter") { go(at, true); } else if (event.key === "n") {
      for (var i = 1; i <= rows.length; i++) { var next = (at + i) % rows.length; if (!of(rows[next].dataset.k).verdict) { go(next); break; } }
    } else if (/^[0-9]$/.test(event.key)) { answer(Number(event.key)); } else { return; }
    event.preventDefault();
  });
  go(0);
  count();
})();
