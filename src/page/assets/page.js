// Keys, choosing several rows, and what a verdict asks for. Everything works without, by links and the form.
(function () {
  "use strict";
  var enter = document.getElementById("enter");
  if (enter) {
    // The token stands behind the #, which no browser sends on; it goes to the server once, in the body of a request.
    var take = function () {
      var token = window.location.hash.replace(/^#/, "");
      if (token) {
        window.history.replaceState(null, "", "/");
        enter.elements.token.value = token;
        enter.submit();
      }
    };
    window.addEventListener("hashchange", take);
    take();
    return;
  }
  var rows = Array.prototype.slice.call(document.querySelectorAll("tr[data-href]"));
  var form = document.getElementById("answers");
  var help = document.getElementById("help");
  var at = -1;
  function boxes() {
    return rows.map(function (row) { return row.querySelector("input[name=key]"); });
  }
  function count() {
    var chosen = boxes().filter(function (box) { return box.checked; }).length;
    var told = document.getElementById("chosen-count");
    if (told && rows.length) { told.textContent = chosen ? "选中 " + chosen + " 条" : at >= 0 ? "当前这一条" : "先选中"; }
  }
  function go(to) {
    if (!rows.length) { return; }
    if (at >= 0) { rows[at].classList.remove("at"); }
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("at");
    rows[at].scrollIntoView({ block: "nearest" });
    count();
  }
  function needs() {
    if (!form) { return []; }
    var chosen = form.querySelector("input[name=verdict]:checked");
    var names = chosen && chosen.dataset.needs ? chosen.dataset.needs.split(" ") : [];
    var reason = form.elements.reason;
    // Some reasons say nothing without a note.
    if (reason && reason.value && names.indexOf("note") < 0 && reason.dataset.noted.split("|").indexOf(reason.value) >= 0) { names.push("note"); }
    Array.prototype.forEach.call(form.querySelectorAll(".parts [name]"), function (field) {
      field.classList.toggle("needed", names.indexOf(field.name) >= 0);
    });
    [["reason", "reasons"], ["measure", "measures"]].forEach(function (pair) {
      if (!form.elements[pair[0]]) { return; }
      var fitting = chosen && chosen.dataset[pair[1]] ? chosen.dataset[pair[1]].split("|") : [];
      Array.prototype.forEach.call(form.elements[pair[0]].options, function (option) {
        option.disabled = fitting.length > 0 && option.value !== "" && fitting.indexOf(option.value) < 0;
      });
      var usable = fitting.length === 1 && names.indexOf(pair[0]) >= 0;
      if (usable && !form.elements[pair[0]].value) { form.elements[pair[0]].value = fitting[0]; }
    });
    return names;
  }
  function choose(key) {
    var radio = form && form.querySelector("input[data-key='" + key + "']");
    if (!radio || radio.disabled) { return; }
    radio.checked = true;
    (missing() || form.querySelector(".parts button")).focus();
  }
  // The first field that the verdict needs and that is empty.
  function missing() {
    return needs().map(function (name) { return form.elements[name]; })
      .filter(function (field) { return field && !field.value; })[0];
  }
  if (form) {
    form.addEventListener("change", function () { needs(); count(); });
    form.addEventListener("submit", function (event) {
      var any = boxes().some(function (box) { return box.checked; });
      if (rows.length && !any) {
        if (at < 0) { event.preventDefault(); count(); return; }
        boxes()[at].checked = true;
      }
    });
  }
  var all = document.getElementById("all");
  if (all) {
    all.addEventListener("change", function () {
      boxes().forEach(function (box) { box.checked = all.checked; });
      count();
    });
  }
  function press(id, what) {
    var found = document.getElementById(id);
    if (found) { found[what](); }
    return Boolean(found);
  }
  function toggleHelp() { if (help.open) { help.close(); } else { help.showModal(); } }
  document.getElementById("help-button").addEventListener("click", toggleHelp);
  document.addEventListener("keydown", function (event) {
    var field = event.target;
    var typing = /^(SELECT|TEXTAREA)$/.test(field.tagName) ||
      field.tagName === "INPUT" && ["checkbox", "radio"].indexOf(field.type) < 0;
    if (event.ctrlKey || event.altKey || event.metaKey) { return; }
    if (event.key === "Enter" && field.id === "return-reason") {
      event.preventDefault();
      document.getElementById("return").click();
      return;
    }
    // In a field Enter records by itself; a choice does not.
    if (event.key === "Enter" && field.tagName === "SELECT" && field.form === form) {
      event.preventDefault();
      var lacking = missing();
      if (lacking && lacking !== field) { lacking.focus(); } else { form.querySelector(".parts button").click(); }
      return;
    }
    if (event.key === "Escape") {
      if (typing) { field.blur(); return; }
      var back = document.getElementById("back");
      if (back && !help.open) { back.click(); }
      return;
    }
    if (typing) { return; }
    var undo = document.querySelector("form[action='/undo']");
    if (event.key === "j") { go(at + 1); }
    else if (event.key === "k") { go(at - 1); }
    else if (event.key === "x" && at >= 0) { boxes()[at].checked = !boxes()[at].checked; count(); }
    else if ((event.key === "o" || event.key === "Enter" && field.tagName === "BODY") && at >= 0) { window.location = rows[at].dataset.href; }
    else if (event.key === "a" && press("approve", "click")) { return; }
    else if (event.key === "r" && press("return-reason", "focus")) { event.preventDefault(); }
    else if (event.key === "u" && undo) { undo.submit(); }
    else if (event.key === "/") { var q = document.getElementById("q"); if (q) { event.preventDefault(); q.focus(); } }
    else if (event.key === "?") { toggleHelp(); }
    else if (/^[0-9]$/.test(event.key)) { choose(event.key); }
    else { return; }
    event.preventDefault();
  });
  go(0);
  needs();
})();
