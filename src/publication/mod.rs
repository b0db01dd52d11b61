//! The format of a publication: where its files lie, how tables are written and read back.
//!
//! What goes into a publication is the matter of `publish/`; this folder knows no stage.

pub(crate) mod batch_columns;
mod checked_files;
pub(crate) mod deleted_files;
pub(crate) mod disk_sync;
pub(crate) mod folder_lock;
pub(crate) mod id_ledger;
pub(crate) mod large_table_writer;
pub(crate) mod layout;
pub(crate) mod list_issue;
pub(crate) mod manifest;
pub(crate) mod output_files;
pub(crate) mod own_marks;
pub(crate) mod renamed_ids;
pub(crate) mod returned_points;
pub(crate) mod small_table_writer;
pub(crate) mod snapshot;
pub(crate) mod staging;
pub(crate) mod table_reader;
mod told_fields;
pub(crate) mod verification;

pub(crate) use told_fields::told_finding;
