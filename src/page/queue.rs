//! The queue: what is looked for, and a page of it.

use std::collections::BTreeMap;

use super::facets::Facet;
use crate::privacy::mask::mask_numbers_in_text;

/// Findings on a page.
pub(super) const PAGE: usize = 50;

/// What a queue is narrowed by; in addresses, so that a queue can be kept and sent on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct QueueFilter {
    chosen: BTreeMap<Facet, String>,
    /// Part of a name, a number, a household or a finding's number.
    pub(super) words: String,
    /// From 0.
    pub(super) page: usize,
}

impl QueueFilter {
    /// Reads the parameters of an address; what is none is passed over.
    pub(super) fn of(parameters: &[(String, String)]) -> Self {
        let mut filter = Self::default();
        for (name, value) in parameters {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match name.as_str() {
                // Findings are found by what is shown of a number, and whoever looks for a whole one is not shown it again.
                "q" => filter.words = mask_numbers_in_text(value).into_owned(),
                "page" => filter.page = value.parse::<usize>().unwrap_or(1).saturating_sub(1),
                _ => {
                    if let Some(facet) = Facet::ALL.into_iter().find(|facet| facet.code() == name) {
                        filter.chosen.insert(facet, value.to_owned());
                    }
                }
            }
        }
        filter
    }

    /// What is chosen of a facet; empty: nothing.
    pub(super) fn chosen(&self, facet: Facet) -> &str {
        self.chosen.get(&facet).map_or("", String::as_str)
    }

    /// The same with another choice of a facet; empty: none. What lies within the division that was chosen goes with it.
    pub(super) fn with(&self, facet: Facet, value: &str) -> Self {
        let mut other = Self { page: 0, ..self.clone() };
        let within: &[Facet] = match facet {
            Facet::County => &[Facet::Township, Facet::Village],
            Facet::Township => &[Facet::Village],
            _ => &[],
        };
        within.iter().for_each(|facet| drop(other.chosen.remove(facet)));
        match value {
            "" => drop(other.chosen.remove(&facet)),
            value => drop(other.chosen.insert(facet, value.to_owned())),
        }
        other
    }

    /// The same, another page of it.
    pub(super) fn at(&self, page: usize) -> Self {
        Self { page, ..self.clone() }
    }

    /// As an address has it, without `?`.
    pub(super) fn address(&self) -> String {
        let mut pairs: Vec<(&str, String)> =
            self.chosen.iter().map(|(facet, value)| (facet.code(), value.clone())).collect();
        if !self.words.is_empty() {
            pairs.push(("q", self.words.clone()));
        }
        if self.page > 0 {
            pairs.push(("page", (self.page + 1).to_string()));
        }
        let pairs: Vec<String> =
            pairs.into_iter().map(|(name, value)| format!("{name}={}", percent_text(&value))).collect();
        pairs.join("&")
    }

    /// The words that are looked for.
    pub(super) fn words(&self) -> Vec<&str> {
        self.words.split_whitespace().collect()
    }
}

/// A text as it stands in an address.
pub(super) fn percent_text(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_what_its_address_says() {
        let parameters = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let filter = QueueFilter::of(&parameters(&[
            ("county", "410621"),
            ("village", "410621100200"),
            ("q", "王 5"),
            ("page", "3"),
            ("unknown", "1"),
            ("rule", " "),
        ]));
        assert_eq!(filter.address(), "county=410621&village=410621100200&q=%E7%8E%8B%205&page=3");
        let other = filter.with(Facet::County, "410622");
        assert_eq!(
            other.address(),
            "county=410622&q=%E7%8E%8B%205",
            "the first page, and no village of elsewhere"
        );
        assert_eq!(filter.with(Facet::County, "").chosen(Facet::County), "");
    }
}
