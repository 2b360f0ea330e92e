//! The pages of the site: what each one's file says before any script runs.

use std::{fmt::Write as _, fs};

use crate::{
    curriculum::{CURRICULUM, Network},
    failure::{Outcome, read_text},
    shell::root,
};

/// One page.
pub struct Route {
    /// Below the site's root, without slashes around it; empty for the home page.
    pub path: String,
    title: String,
    description: String,
    heading: String,
    lede: String,
}

const SITE: &str = "From Scratch to Scale";
const IDEA: &str = "Twenty neural networks that made history, each running in your browser.";

/// Every page, home first.
pub fn all() -> Outcome<Vec<Route>> {
    let page = |path: &str, title: &str, description: &str| Route {
        path: path.into(),
        title: format!("{title} · {SITE}"),
        description: description.into(),
        heading: title.into(),
        lede: description.into(),
    };
    let mut routes = vec![
        Route {
            path: String::new(),
            title: format!("{SITE}: neural networks you can see learn"),
            description: IDEA.into(),
            heading: SITE.into(),
            lede: IDEA.into(),
        },
        page(
            "techniques",
            "Techniques",
            "Twenty-one ways to look into a network: what each answers, and when it misleads.",
        ),
        page("widgets", "Instruments", "Every instrument of the site in every state."),
        page(
            "teachers",
            "For teachers",
            "Links that repeat an experiment, one figure in a page of your own, fewer controls, paper.",
        ),
        page("glossary", "Glossary", "The words of the field, one sentence each, and where each of them can be seen."),
        page("about", "About", "What computes here, where the data comes from, and why nothing leaves your browser."),
    ];
    routes.extend(built().map(|network| Route {
        path: format!("lessons/{}", network.slug),
        title: format!("{} · {SITE}", network.name),
        description: network.description.into(),
        heading: network.name.into(),
        lede: network.lede.into(),
    }));
    for (id, name, answers) in techniques()? {
        routes.push(page(&format!("techniques/{id}"), &name, &answers));
    }
    Ok(routes)
}

/// The networks whose lesson is there.
pub fn built() -> impl Iterator<Item = &'static Network> {
    CURRICULUM.iter().filter(|network| is_built(network.slug))
}

/// Whether a network's lesson is there: its module is part of the registry's file.
pub fn is_built(slug: &str) -> bool {
    let line = format!("pub mod {};", slug.replace('-', "_"));
    read_text(&root().join("app/src/lessons/mod.rs")).is_ok_and(|list| list.lines().any(|found| found == line))
}

/// Id, name and question of each technique, from the page's own list.
fn techniques() -> Outcome<Vec<(String, String, String)>> {
    Ok(crate::techniques::TECHNIQUES
        .iter()
        .map(|technique| (technique.id.to_owned(), technique.name.to_owned(), technique.answers.to_owned()))
        .collect())
}

/// The lessons, their experiments and whether they train, as JSON for the browser tests.
pub fn lessons_json() -> Outcome<String> {
    let mut lessons = Vec::new();
    for network in built() {
        let file = root().join("app/src/lessons").join(network.slug.replace('-', "_")).join("mod.rs");
        let source = read_text(&file)?;
        let list = source.split("experiments: &[").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
        let experiments: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
        let trains = !source.contains("const TRAINS: bool = false;");
        lessons.push(serde_json::json!({ "slug": network.slug, "experiments": experiments, "trains": trains }));
    }
    Ok(serde_json::to_string_pretty(&lessons)?)
}

impl Route {
    /// The page's file: the template with its own head, base and first paint.
    fn html(&self, template: &str, base: &str) -> String {
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let mut head = format!("<base href=\"{base}\">\n<title>{}</title>\n", escaped(&self.title));
        let _ = writeln!(head, "<meta name=\"description\" content=\"{}\">", escaped(&self.description));
        for (property, content) in [("title", &self.title), ("description", &self.description)] {
            let _ = writeln!(head, "<meta property=\"og:{property}\" content=\"{}\">", escaped(content));
        }
        head.push_str("<meta property=\"og:type\" content=\"website\">");
        let paint = format!(
            "<div id=\"first-paint\"><nav class=\"top\"><span class=\"mark\"><a href=\"./\">{SITE}</a></span></nav>\
             <main class=\"prose-page\"><h1>{}</h1><p class=\"lede\">{}</p></main></div>",
            escaped(&self.heading),
            escaped(&self.lede),
        );
        template.replace("<!-- head -->", &head).replace("<div id=\"first-paint\"></div>", &paint)
    }

    /// The way back to the site's root from this page.
    fn base(&self) -> String {
        if self.path.is_empty() { "./".into() } else { "../".repeat(self.path.split('/').count()) }
    }

    /// Writes the page below `dist`.
    pub fn write(&self, dist: &std::path::Path, template: &str) -> Outcome {
        let folder = dist.join(&self.path);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("index.html"), self.html(template, &self.base()))?;
        Ok(())
    }
}
