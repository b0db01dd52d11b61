//! Texts that many say alike.

use std::sync::Arc;

use hashbrown::HashSet;

/// Texts, each held once.
#[derive(Debug, Default)]
pub(crate) struct StringInterner(HashSet<Arc<str>>);

impl StringInterner {
    /// The text, shared with whoever says the same.
    pub(crate) fn share(&mut self, text: &str) -> Arc<str> {
        self.0.get_or_insert_with(text, |text| Arc::from(text)).clone()
    }
}
