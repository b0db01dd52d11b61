//! Makes pages of templates that the program holds.

use minijinja::{AutoEscape, Environment};

use crate::case::CASE_PARTS;
use crate::publish::report::template_value;
use crate::{Error, Result};

/// Style of all pages.
pub(super) const STYLE: &str =
    concat!(include_str!("assets/page.css"), include_str!("../case/assets/case.css"));
/// Script of all pages: keys, choosing several rows.
pub(super) const SCRIPT: &str = include_str!("assets/page.js");

const TEMPLATES: [(&str, &str); 9] = [
    CASE_PARTS,
    ("base.html", include_str!("assets/base.html.j2")),
    ("queue.html", include_str!("assets/queue.html.j2")),
    ("case.html", include_str!("assets/case.html.j2")),
    ("review.html", include_str!("assets/review.html.j2")),
    ("progress.html", include_str!("assets/progress.html.j2")),
    ("draw.html", include_str!("assets/draw.html.j2")),
    ("form.html", include_str!("assets/form.html.j2")),
    ("enter.html", include_str!("assets/enter.html.j2")),
];

/// Templates, read once.
pub(super) struct PageTemplates(Environment<'static>);

impl PageTemplates {
    /// # Errors
    /// An internal error in a template.
    pub(super) fn read() -> Result<Self> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        for (name, text) in TEMPLATES {
            environment.add_template(name, text).map_err(failed)?;
        }
        Ok(Self(environment))
    }

    /// A page of a template.
    ///
    /// # Errors
    /// An internal error in a template.
    pub(super) fn render(&self, name: &str, context: &serde_json::Value) -> Result<String> {
        self.0
            .get_template(name)
            .and_then(|template| template.render(template_value(context)))
            .map_err(failed)
    }
}

fn failed(error: minijinja::Error) -> Error {
    Error::internal("网页模板出错").caused_by(error)
}
