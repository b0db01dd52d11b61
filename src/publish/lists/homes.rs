//! Who is visited: what the lists say of a household and its people beside what was found.

use arrow::array::AsArray as _;
use hashbrown::HashMap;

use super::list_column::ListColumn;
use crate::Result;
use crate::privacy::mask::own_part;
use crate::publish::PublicationInputs;
use crate::publish::people::SourceFields;

/// What columns of `[lists]` say of a person or household; `""`: nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Contact {
    pub(super) group: String,
    pub(super) phone: String,
    pub(super) helper: String,
    pub(super) address: String,
}

/// What is known of a household on some list.
#[derive(Debug, Clone, Default)]
pub(super) struct Home<'a> {
    /// Name of the head; `""`: no list says who it is.
    pub(super) head: &'a str,
    /// Number that a department gave it; `""`: none.
    pub(super) number: &'a str,
}

/// Households of exceptions that are listed.
pub(super) struct Homes<'a> {
    homes: HashMap<u32, Home<'a>>,
    /// By person, and by household.
    contacts: [HashMap<u32, Contact>; 2],
}

impl<'a> Homes<'a> {
    /// Gathers what is said of the households and people of some nodes; `sources`: positions, the most trusted first.
    pub(super) fn gather(
        inputs: &PublicationInputs<'a>,
        fields: &[SourceFields<'a>],
        sources: &[usize],
        nodes: impl Iterator<Item = usize>,
    ) -> Result<Self> {
        let resolution = inputs.resolution;
        let mut wanted =
            [vec![false; resolution.person_ids.len()], vec![false; resolution.household_ids.len()]];
        let mut homes: HashMap<u32, Home<'a>> = HashMap::new();
        for node in nodes {
            let (person, home) = (resolution.person[node], resolution.household[node]);
            wanted[0][person as usize] = true;
            wanted[1][home as usize] = true;
            homes.entry(home).or_default();
        }
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); inputs.loaded.len()];
        for &source in sources {
            let fields = &fields[source];
            for row in 0..inputs.comparables[source].rows {
                let node = resolution.offsets[source] as usize + row;
                let (person, home) = (resolution.person[node], resolution.household[node]);
                if !wanted[0][person as usize] && !wanted[1][home as usize] {
                    continue;
                }
                rows[source].push(row);
                let Some(home) = homes.get_mut(&home) else { continue };
                if home.head.is_empty() && fields.is_head(row) {
                    home.head = fields.name(row).unwrap_or_default();
                }
                if home.number.is_empty() {
                    home.number = fields.household(row).map_or("", own_part);
                }
            }
        }
        let mut all = Self { homes, contacts: [HashMap::new(), HashMap::new()] };
        all.read_contacts(inputs, &rows, &wanted)?;
        Ok(all)
    }

    fn read_contacts(
        &mut self,
        inputs: &PublicationInputs<'a>,
        rows: &[Vec<usize>],
        wanted: &[Vec<bool>; 2],
    ) -> Result<()> {
        let resolution = inputs.resolution;
        for (key, columns) in inputs.catalogue.lists.all() {
            for (source, column) in columns.iter().filter_map(|named| named.split_once('.')) {
                let Some(at) = inputs.loaded.iter().position(|one| one.records.source == source) else {
                    continue;
                };
                let cells = inputs.loaded[at].records.rows.pick_columns(&rows[at], |name| name == column)?;
                let Some(cells) = cells.columns().first().and_then(|cells| cells.as_string_opt::<i32>())
                else {
                    continue;
                };
                for (&row, cell) in rows[at].iter().zip(cells) {
                    let Some(text) = cell.map(str::trim).filter(|text| !text.is_empty()) else { continue };
                    let node = resolution.offsets[at] as usize + row;
                    let of = [resolution.person[node], resolution.household[node]];
                    for (level, number) in of.into_iter().enumerate() {
                        if wanted[level][number as usize] {
                            let said = self.contacts[level].entry(number).or_default().part(key);
                            if said.is_empty() {
                                text.clone_into(said);
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// What is known of a household.
    pub(super) fn home(&self, household: u32) -> Home<'a> {
        self.homes.get(&household).cloned().unwrap_or_default()
    }

    /// What is said of a person, or else of the household.
    pub(super) fn contact(&self, person: u32, household: u32, said: impl Fn(&Contact) -> &str) -> &str {
        let [persons, homes] = &self.contacts;
        let own = persons.get(&person).map_or("", &said);
        if own.is_empty() { homes.get(&household).map_or("", &said) } else { own }
    }

    /// Columns that some row fills.
    pub(super) fn said(&self) -> Vec<ListColumn> {
        let filled = |of: fn(&Contact) -> &str| {
            self.contacts.iter().any(|level| level.values().any(|contact| !of(contact).is_empty()))
        };
        let columns = [
            (ListColumn::Phone, filled(|contact| &contact.phone)),
            (ListColumn::Helper, filled(|contact| &contact.helper)),
            (ListColumn::Address, filled(|contact| &contact.address)),
        ];
        columns.into_iter().filter(|(_, filled)| *filled).map(|(column, _)| column).collect()
    }
}

impl Contact {
    fn part(&mut self, key: &str) -> &mut String {
        match key {
            "group" => &mut self.group,
            "phone" => &mut self.phone,
            "helper" => &mut self.helper,
            _ => &mut self.address,
        }
    }
}
