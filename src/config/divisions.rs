//! The division tables of a pipeline as one tree of the base year.

use std::path::Path;

use super::Settings;
use crate::Result;
use crate::model::division::DivisionTree;

/// Reads counties, townships and villages under the prefecture; codes and names of other years
/// lead to the same units.
pub(super) fn load(codes: &Path, settings: &Settings) -> Result<DivisionTree> {
    let files = &settings.divisions;
    let paths = [&files.counties, &files.townships, &files.villages].map(|file| codes.join(file));
    let paths = paths.each_ref().map(|path| path.as_path());
    let root = (settings.prefecture.code.as_str(), settings.prefecture.name.as_str());
    DivisionTree::load(&paths, Some(files.base_year), Some(root))
}
