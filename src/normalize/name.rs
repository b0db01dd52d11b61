//! Han person names: cleaned form and the keys that comparisons and blocks use.

/// An analysed name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameForm {
    /// Cleaned characters: NFKC where safe, interpunct U+00B7, no spaces, notes removed, private use folded.
    pub clean: String,
}
