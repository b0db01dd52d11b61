//! A case as HTML: parts that the page and the file of `bidui explain` share.

use minijinja::{AutoEscape, Environment};

use crate::publish::report::template_value;
use crate::{Error, Result};

/// Name and text of the macros that show parts of a case.
pub(crate) const CASE_PARTS: (&str, &str) = ("case_parts.html", include_str!("assets/case_parts.html.j2"));
/// The file of `bidui explain`.
const PAGE: (&str, &str) = ("case_page.html", include_str!("assets/case_page.html.j2"));
/// Style of cases, on the page and in the file.
const STYLE: &str = include_str!("assets/case.css");

/// A case as one self-contained page, without forms.
///
/// # Errors
/// An internal error in a template.
pub(crate) fn case_page(context: &serde_json::Value) -> Result<String> {
    let failed = |error: minijinja::Error| Error::internal("网页模板出错").caused_by(error);
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, text) in [CASE_PARTS, PAGE] {
        environment.add_template(name, text).map_err(failed)?;
    }
    let mut context = context.clone();
    if let serde_json::Value::Object(fields) = &mut context {
        fields.insert("style".to_owned(), STYLE.into());
    }
    environment.get_template(PAGE.0).and_then(|page| page.render(template_value(&context))).map_err(failed)
}
