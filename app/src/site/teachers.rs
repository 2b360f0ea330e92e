//! For teachers: links that repeat an experiment, one figure in a page of one's own, fewer controls, paper, and what each
//! lesson's address understands, as the lessons themselves say it.

use leptos::prelude::*;

use super::{
    embed::{EMBED, Embedded, HEIGHT, TEACH, WORDS, alone},
    navigation::Link,
};
use crate::{
    curriculum,
    lesson::Lesson,
    lessons::{self, LESSONS},
    session::query::{Asked, Kind, spelt},
    techniques,
};

/// The figure that is shown on the page as an example: the perceptron's line in the middle of a run, with a seed.
fn example() -> Option<(&'static Lesson, &'static str, String)> {
    let lesson = LESSONS.first()?;
    let figure = lesson.figures.first()?;
    Some((lesson, figure.id, alone(lesson.slug, figure.id, &format!("v=1&seed=7&{}", techniques::MOONS))))
}

/// Words that every lesson's address understands beside its own: word, what it does, an example.
const EVERYWHERE: [(&str, &str, &str); 6] = [
    ("step", "Takes this many steps by itself, then pauses: the class begins in the middle of the run.", "step=200"),
    (
        "twin",
        "Sets a second network beside the first, with settings of its own and the same seed and batches. Its settings are an \
         address inside the address; the twin's button on the bench writes it for you.",
        "twin=rate%3D0.3",
    ),
    ("engine", "Which engine computes: cpu, webgpu or auto.", "engine=cpu"),
    ("theme", "Light or dark, whatever the system says: for a projector.", "theme=light"),
    (EMBED, "Shows one figure alone, for an iframe. The ids are below.", "embed=curves"),
    (TEACH, "Hides controls, by their words, with commas between them.", "teach=rate,batch,reset"),
];

/// The page.
#[component]
pub fn Teachers() -> impl IntoView {
    document().set_title("For teachers · From Scratch to Scale");
    view! {
        <main id="content" class="prose-page">
            <h1>"For teachers"</h1>
            <p class="lede">
                "Every experiment on this site is a link. You can hand it to a class, put a single figure into a page of your own, and
                leave out the controls that nobody needs today."
            </p>
            <h2>"A link that repeats an experiment"</h2>
            <p>
                "Set an experiment up in a lesson: data, layers, rate, seed. The address follows everything you change. " <b>"Link"</b>
                " on the bench copies it, together with the step that is shown. Whoever opens it sees the same network with the same
                weights, because the seed decides everything that is left to chance. On another engine or browser the last digits may
                differ."
            </p>
            <p>"What is out of range in a link is brought back into it, and the page says so. These words work in every lesson:"</p>
            <table class="stacked">
                <thead><tr><th scope="col">"Word"</th><th scope="col">"What it does"</th><th scope="col">"For example"</th></tr></thead>
                <tbody>
                    {EVERYWHERE.map(|(word, does, example)| view! {
                        <tr>
                            <th scope="row"><code>{word}"="</code></th>
                            <td data-label="Does">{does}</td>
                            <td data-label="Example"><code>{example}</code></td>
                        </tr>
                    })}
                </tbody>
            </table>
            <h2 id="embed">"One figure in your own page"</h2>
            <p>
                "The " <b>"Save"</b> " menu of every figure in a lesson has " <b>"Copy iframe"</b> ". Paste it where your page or your
                learning platform takes HTML. The figure comes with its own controls, with Train, Step and Reset, and with a link to the
                whole lesson. It computes in the reader's browser, as it does here, and sends nothing anywhere."
            </p>
            {example().map(|(lesson, id, address)| view! { <Example lesson id address /> })}
            <h2 id="teach">"Fewer controls"</h2>
            <p>
                "Add " <code>{TEACH} "="</code> " to a lesson's address and name what is to be hidden. The key of a setting hides its
                control; the keys of each lesson are below. A hidden control still has the value that the address gives it, and the key
                on the keyboard that does the same rests as well. It is no lock: whoever edits the address has the control back."
            </p>
            <table class="stacked">
                <thead><tr><th scope="col">"Word"</th><th scope="col">"What it hides"</th></tr></thead>
                <tbody>
                    {WORDS.map(|(word, hides)| view! {
                        <tr><th scope="row"><code>{word}</code></th><td data-label="Hides">{hides}</td></tr>
                    })}
                </tbody>
            </table>
            <h2>"On paper"</h2>
            <p>
                "Print a lesson from the browser: bars and buttons are left out, no figure is cut by the end of a sheet, and dark pages come out
                light. Bring a figure to the state you want first; what is on the screen is what is printed. For a worksheet, save figures
                one by one as SVG, which stays sharp at any size, or as CSV for a spreadsheet."
            </p>
            <h2>"Without a network"</h2>
            <p>
                "What you have visited once on a machine works there without a network, and the site can be installed as an application from
                the browser's menu. Open the lessons of the day once beforehand. " <Link to="/about#kept".into()>"About"</Link>
                " says what is kept and deletes it."
            </p>
            <h2 id="lessons">"What each lesson understands"</h2>
            <p>"This list is made from the lessons themselves. Values are those of the lesson's first data set; another one may begin elsewhere."</p>
            {LESSONS
                .iter()
                .zip(lessons::asked())
                .map(|(lesson, asked)| view! { <Understood lesson asked /> })
                .collect_view()}
        </main>
    }
}

/// A figure that runs in an iframe, and the text that makes it.
#[component]
fn Example(
    /// Whose figure it is.
    lesson: &'static Lesson,
    /// Its id.
    id: &'static str,
    /// The address of the figure alone.
    address: String,
) -> impl IntoView {
    let name = curriculum::find(lesson.slug).map_or("", |network| network.name);
    let title = format!("{name}: {id}");
    let height = RwSignal::new(HEIGHT);
    let (source, named) = (address.clone(), title.clone());
    let text = move || {
        let height = height.get();
        format!(
            "<iframe src=\"{source}\" title=\"{named}\" width=\"100%\" height=\"{height}\" loading=\"lazy\"></iframe>"
        )
    };
    view! {
        <Embedded address title height />
        <pre class="citation wrapped"><code>{text}</code></pre>
    }
}

/// The keys and figures of one lesson.
#[component]
fn Understood(
    /// The lesson.
    lesson: &'static Lesson,
    /// What its settings ask an address for.
    asked: Vec<Asked>,
) -> impl IntoView {
    let name = curriculum::find(lesson.slug).map_or(lesson.slug, |network| network.name);
    let figures = lesson.figures.iter().map(|figure| {
        let technique = techniques::find(figure.technique).map(|technique| format!(" ({})", technique.name));
        view! {
            <li>
                <a href=alone(lesson.slug, figure.id, "") target="_blank" rel="noopener"><code>{figure.id}</code></a>
                {format!(": {}{}", figure.shows, technique.unwrap_or_default())}
            </li>
        }
    });
    let keys = asked.into_iter().map(|Asked { key, kind }| {
        let (takes, begins) = described(kind);
        let spelt = Some(spelt(&key)).filter(|spelt| *spelt != key).map(|spelt| format!(" ({spelt})"));
        view! {
            <tr>
                <th scope="row"><code>{key.clone()}</code> {spelt}</th>
                <td data-label="Takes">{takes}</td>
                <td data-label="Begins as">{begins}</td>
            </tr>
        }
    });
    view! {
        <details class="understood" id=lesson.slug>
            <summary>{name}</summary>
            <table class="stacked">
                <thead><tr><th scope="col">"Key"</th><th scope="col">"Takes"</th><th scope="col">"Begins as"</th></tr></thead>
                <tbody>{keys.collect_view()}</tbody>
            </table>
            <p>"Figures, each alone:"</p>
            <ul>{figures.collect_view()}</ul>
        </details>
    }
}

/// What a value may be, and what it is when the address says nothing.
fn described(kind: Kind) -> (String, String) {
    // Settings are of single precision: 0.05 would else be 0.05000000074505806.
    let short = |value: f64| format!("{}", value as f32);
    match kind {
        Kind::Text => ("text, best copied from a link".into(), String::new()),
        Kind::Word => ("a word, best copied from a link".into(), String::new()),
        Kind::Flag(begins) => ("1 or 0".into(), u8::from(begins).to_string()),
        Kind::Number(low, high, begins) => (format!("{} to {}", short(low), short(high)), short(begins)),
        Kind::Whole(low, high, begins) => (format!("a whole number, {} to {}", short(low), short(high)), short(begins)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lesson_says_what_it_understands() {
        let asked = lessons::asked();
        assert_eq!(asked.len(), LESSONS.len());
        assert!(asked.iter().all(|asked| asked.iter().any(|asked| asked.key == "seed")));
    }

    #[test]
    fn values_are_said_shortly() {
        let kind = Kind::Number(1e-6, 100.0, f64::from(0.05_f32));
        assert_eq!(described(kind), ("0.000001 to 100".to_owned(), "0.05".to_owned()));
        assert_eq!(described(Kind::Flag(true)).1, "1");
    }
}
