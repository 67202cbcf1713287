//! `fly-replay/`: a middleware for each framework, ready to be copied into an app.
//!
//! The files are programs as they stand in `fly_replay/`, and tests run them. Only the list of paths is an app's own, and
//! its items mean themselves in a string of every language ([`crate::value::UrlPath`]).

use super::RenderCx;
use super::engine::comment;
use crate::kinds::app::Framework;
use crate::model::App;

/// A middleware as it stands in the source.
struct Template {
    /// The name of the file.
    name: &'static str,
    text: &'static str,
    /// What begins a comment.
    comment: &'static str,
    /// The empty list of paths, which is in it once, and what is around one with items.
    empty: &'static str,
    around: [&'static str; 2],
}

impl Template {
    fn of(framework: Framework) -> Self {
        match framework {
            Framework::Express => Self {
                name: "express.mjs",
                text: include_str!("fly_replay/express.mjs"),
                comment: "//",
                empty: "const PATHS = [];",
                around: ["const PATHS = [", "];"],
            },
            Framework::Rails => Self {
                name: "rails.rb",
                text: include_str!("fly_replay/rails.rb"),
                comment: "#",
                empty: "PATHS = [].freeze",
                around: ["PATHS = [", "].freeze"],
            },
            Framework::Django => Self {
                name: "django.py",
                text: include_str!("fly_replay/django.py"),
                comment: "#",
                empty: "PATHS = []",
                around: ["PATHS = [", "]"],
            },
            Framework::Phoenix => Self {
                name: "phoenix.ex",
                text: include_str!("fly_replay/phoenix.ex"),
                comment: "#",
                empty: "@paths []",
                around: ["@paths [", "]"],
            },
            Framework::Go => Self {
                name: "nethttp.go",
                text: include_str!("fly_replay/nethttp.go"),
                comment: "//",
                empty: "var paths = []string{}",
                around: ["var paths = []string{", "}"],
            },
            Framework::Axum => Self {
                name: "axum.rs",
                text: include_str!("fly_replay/axum.rs.txt"),
                comment: "//",
                empty: "const PATHS: &[&str] = &[];",
                around: ["const PATHS: &[&str] = &[", "];"],
            },
        }
    }
}

/// The files of an app, by name: one where its framework is said, or all.
pub(super) fn render<'a>(app: &'a App, cx: RenderCx<'a>) -> impl Iterator<Item = (&'static str, String)> + 'a {
    app.replay.iter().flat_map(move |replay| {
        let wanted = Framework::ALL.into_iter().filter(|one| replay.framework.is_none_or(|said| said == *one));
        wanted.map(move |framework| {
            let template = Template::of(framework);
            let paths: Vec<&str> = replay.paths.iter().map(|path| path.as_str()).collect();
            let head = format!(
                "{} Made by flyarch from {} for {}: copy it into the app, and change it there.",
                template.comment,
                comment(cx.spec_name()),
                app.name.value
            );
            (template.name, format!("{head}\n\n{}", with_paths(&template, &paths)))
        })
    })
}

fn with_paths(template: &Template, paths: &[&str]) -> String {
    if paths.is_empty() {
        return template.text.to_owned();
    }
    let [open, close] = template.around;
    let list = format!("{open}\"{}\"{close}", paths.join("\", \""));
    template.text.replacen(template.empty, &list, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_has_one_place_for_the_paths() {
        for framework in Framework::ALL {
            let template = Template::of(framework);
            assert_eq!(template.text.matches(template.empty).count(), 1, "{}", template.name);
            let text = with_paths(&template, &["/api", "/admin/~x"]);
            assert!(text.contains("[\"/api\", \"/admin/~x\"]") || text.contains("{\"/api\", \"/admin/~x\"}"), "{text}");
        }
    }
}
