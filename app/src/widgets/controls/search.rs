//! One of very many names: type a part of it.

use leptos::prelude::*;

use super::unique_id;

/// A labelled field that finds a name by any part of it; the browser lists what fits while one types.
#[component]
pub fn Search(
    /// What is looked for.
    #[prop(into)]
    label: String,
    /// All names, in the order of their numbers.
    #[prop(into)]
    names: Signal<Vec<String>>,
    /// The number of the name that stands in the field; none leaves it empty.
    #[prop(into)]
    value: Signal<Option<usize>>,
    /// Shown while the field is empty.
    #[prop(into)]
    empty: Signal<String>,
    /// Called with the number of the name found; with none when the reader empties the field.
    #[prop(into)]
    on_change: Callback<Option<usize>>,
) -> impl IntoView {
    let (id, list_id, help_id) = (unique_id("search"), unique_id("search-list"), unique_id("search-help"));
    let (label_for, list_for, described_by) = (id.clone(), list_id.clone(), help_id.clone());
    let word = RwSignal::new(String::new());
    let text = move || {
        let found = value.get()?;
        names.with(|names| names.get(found).cloned())
    };
    let look = move |event| {
        let wanted = event_target_value(&event);
        word.set(String::new());
        if wanted.trim().is_empty() {
            return on_change.run(None);
        }
        match names.with_untracked(|names| find(names, &wanted)) {
            Some(found) => on_change.run(Some(found)),
            None => {
                word.set(format!("No name holds “{}”; try a part of it.", wanted.chars().take(30).collect::<String>()))
            }
        }
    };
    view! {
        <div class="control">
            <label class="control-label" for=label_for>{label}</label>
            <input
                id=id
                type="text"
                list=list_for
                autocomplete="off"
                spellcheck="false"
                placeholder=empty
                prop:value=move || text().unwrap_or_default()
                aria-describedby=described_by
                on:change=look
            />
            <datalist id=list_id>
                {move || names.with(|names| names.iter().map(|name| view! { <option value=name.clone()></option> }).collect_view())}
            </datalist>
            <p class="control-help" id=help_id role="status">{word}</p>
        </div>
    }
}

/// The name that is meant: the very one, else one that begins so, else one with a word that begins so, else one that holds
/// it anywhere. Upper and lower case are the same.
fn find(names: &[String], wanted: &str) -> Option<usize> {
    let wanted = wanted.trim().to_lowercase();
    let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let first = |fits: &dyn Fn(&str) -> bool| lower.iter().position(|name| fits(name));
    first(&|name| name == wanted)
        .or_else(|| first(&|name| name.starts_with(&wanted)))
        .or_else(|| first(&|name| name.split([' ', ',', '-']).any(|word| word.starts_with(&wanted))))
        .or_else(|| first(&|name| name.contains(&wanted)))
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_part_of_a_name_is_enough() {
        let names =
            ["goldfish", "great white shark, man-eater", "Fish eagle", "German shepherd, Alsatian"].map(String::from);
        assert_eq!(find(&names, "Goldfish"), Some(0));
        assert_eq!(find(&names, "german"), Some(3));
        assert_eq!(find(&names, "fish"), Some(2), "it begins so");
        assert_eq!(find(&names, "shark"), Some(1));
        assert_eq!(find(&names, " herd "), Some(3));
        assert_eq!(find(&names, "panda"), None);
    }
}
