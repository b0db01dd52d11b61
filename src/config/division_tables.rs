//! The division tables of a pipeline as one tree of the base year, and its table of ID prefixes.

use std::path::Path;

use super::PipelineSettings;
use crate::Result;
use crate::model::division::DivisionTree;
use crate::model::id_number::KnownPrefixes;

/// Reads counties, townships and villages under the prefecture; codes and names of other years
/// lead to the same units.
pub(super) fn load_division_tables(codes: &Path, settings: &PipelineSettings) -> Result<DivisionTree> {
    let files = &settings.divisions;
    let paths = [&files.counties, &files.townships, &files.villages].map(|file| codes.join(file));
    let paths = paths.each_ref().map(|path| path.as_path());
    let root = (settings.prefecture.code.as_str(), settings.prefecture.name.as_str());
    DivisionTree::load(&paths, Some(files.base_year), Some(root))
}

/// Reads the prefixes of ID numbers, if the pipeline names a table of them.
pub(super) fn load_division_prefixes(
    codes: &Path,
    settings: &PipelineSettings,
) -> Result<Option<KnownPrefixes>> {
    let file = settings.divisions.id_prefixes.as_deref();
    file.map(|file| KnownPrefixes::load(&codes.join(file))).transpose()
}
