//! Who is late: by department and township, how many findings are past their due date and for how many working days.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::publish::PublicationInputs;
use crate::publish::quarter_totals::{OpenCount, PublicationTotals, grouped_text, percent_text};

/// The earliest due date that has passed, by department and by township code.
struct EarliestDue<'a> {
    owners: BTreeMap<&'a str, &'a str>,
    townships: BTreeMap<&'a str, &'a str>,
}

impl<'a> EarliestDue<'a> {
    fn of(inputs: &PublicationInputs<'a>) -> Self {
        let issued = inputs.issued.to_string();
        let mut earliest = Self { owners: BTreeMap::new(), townships: BTreeMap::new() };
        let open = inputs.tracked.iter().filter(|t| t.is_open() && !t.in_review());
        for t in open.filter(|t| *t.due_date < *issued) {
            let e = &t.exception;
            for (dates, key) in
                [(&mut earliest.owners, &*e.owner), (&mut earliest.townships, &*e.township_code)]
            {
                let date = dates.entry(key).or_insert(&t.due_date);
                *date = (*date).min(&t.due_date);
            }
        }
        earliest
    }
}

/// Working days from a due date to the day on which the lists are handed out.
fn days_late(inputs: &PublicationInputs<'_>, due: Option<&&str>) -> u32 {
    let due = due.and_then(|due| due.parse().ok());
    due.map_or(0, |due| inputs.catalogue.calendar.working_days_between(due, inputs.issued))
}

fn late_row(name: &str, count: &OpenCount, days: u32) -> Value {
    json!({
        "name": name, "overdue": grouped_text(count.overdue),
        "unanswered": grouped_text(count.unanswered), "days": days,
    })
}

/// What the page says of who is late; departments and townships with the most unanswered findings first.
pub(super) fn late_section(
    inputs: &PublicationInputs<'_>,
    totals: &PublicationTotals,
    names: &BTreeMap<&str, &str>,
) -> Value {
    let earliest = EarliestDue::of(inputs);
    let late = |counts: &BTreeMap<String, OpenCount>, row: &dyn Fn(&str, &OpenCount) -> Value| {
        let mut late: Vec<_> = counts.iter().filter(|(_, count)| count.overdue > 0).collect();
        late.sort_by(|(na, a), (nb, b)| {
            (b.unanswered, b.overdue).cmp(&(a.unanswered, a.overdue)).then_with(|| na.cmp(nb))
        });
        late.into_iter().map(|(key, count)| row(key, count)).collect::<Vec<Value>>()
    };
    let owners = late(&totals.by_owner, &|owner, count| {
        late_row(owner, count, days_late(inputs, earliest.owners.get(owner)))
    });
    let townships = late(&totals.by_township, &|code, count| {
        let name = names.get(code).copied().unwrap_or("未定乡镇");
        late_row(name, count, days_late(inputs, earliest.townships.get(code)))
    });
    json!({
        "overdue": grouped_text(totals.all.overdue), "unanswered": grouped_text(totals.all.unanswered),
        "share": percent_text(totals.all.overdue as i64, totals.all.open as i64),
        "any": totals.all.overdue > 0,
        "owners": owners, "townships": townships,
    })
}
