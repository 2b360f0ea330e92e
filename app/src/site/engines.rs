//! What can compute in this browser, why which one does, and the reader's own choice.

use leptos::{prelude::*, task::spawn_local};

use super::base;
use crate::{
    session::{
        engine::{self, Choice},
        protocol::{CheckedPart, EngineReport, Response},
        worker::{Event, Worker},
    },
    widgets::Choice as ChoiceField,
};

/// Where the check stands.
#[derive(Clone, Debug, PartialEq)]
enum Check {
    NotRun,
    Running,
    Done(EngineReport),
    /// It could not be made; why, in one sentence.
    Failed(String),
}

/// The two engines, the check of the second one against the first, and a switch.
#[component]
pub fn Engines() -> impl IntoView {
    let found = RwSignal::new(None::<Result<String, String>>);
    spawn_local(async move {
        let verdict = engine::look_for_gpu(Choice::Auto).await;
        found.try_set(Some(verdict));
    });
    let verdict = move || match found.get() {
        None => "Being looked for …".to_owned(),
        Some(Ok(adapter)) => format!(
            "{}. Networks that gain from it compute there, once it has passed the check below.",
            if adapter.is_empty() { "There is one" } else { &adapter }
        ),
        Some(Err(reason)) => format!("{reason} So the CPU computes."),
    };
    let choice = RwSignal::new(Choice::of_reader());
    let options = vec![
        (Choice::Auto, "the faster one that is right".to_owned()),
        (Choice::Cpu, "always the CPU".to_owned()),
        (Choice::WebGpu, "WebGPU, even on a software adapter".to_owned()),
    ];
    let choose = Callback::new(move |wish: Choice| {
        wish.keep();
        choice.set(wish);
    });
    view! {
        <dl class="engines">
            <dt>"CPU"</dt>
            <dd>"WebAssembly with SIMD, in a worker of its own for each run. It is always there."</dd>
            <dt>"WebGPU"</dt>
            <dd data-engine-verdict=move || found.get().map(|found| if found.is_ok() { "webgpu" } else { "cpu" })>{verdict}</dd>
        </dl>
        <ChoiceField label="Which engine computes in the lessons" options value=choice on_change=choose />
        <SelfTest />
    }
}

/// The check of WebGPU against the CPU, run when it is asked for: its worker is large.
#[component]
fn SelfTest() -> impl IntoView {
    let check = RwSignal::new(Check::NotRun);
    let worker = StoredValue::new_local(None::<Worker>);
    let end = move |outcome: Check| {
        check.try_set(outcome);
        // Dropped outside of its own message.
        spawn_local(async move {
            worker.try_update_value(|worker| drop(worker.take()));
        });
    };
    let run = move |_| {
        check.set(Check::Running);
        let started = Worker::start(&base(), "worker-gpu", None, move |event| match event {
            Event::Message(Response::Ready(report)) => end(Check::Done(report)),
            Event::Message(_) => {}
            Event::Died(_) => {
                end(Check::Failed("The WebGPU worker could not be started, or this copy of the site has none.".into()))
            }
        });
        match started {
            Ok(started) => worker.set_value(Some(started)),
            Err(sentence) => check.set(Check::Failed(sentence)),
        }
    };
    on_cleanup(move || {
        worker.try_update_value(|worker| drop(worker.take()));
    });
    let words = move || match check.get() {
        Check::NotRun => String::new(),
        Check::Running => "Being fetched and checked …".into(),
        Check::Done(report) => report.reason,
        Check::Failed(sentence) => sentence,
    };
    let parts = move || match check.get() {
        Check::Done(report) if !report.parts.is_empty() => Some(view! { <Parts parts=report.parts /> }),
        _ => None,
    };
    view! {
        <p class="engine-check">
            "The check computes a matrix product, a convolution, a transposed convolution, softmax and two steps of training on both,
            and compares every number. "
            <button on:click=run disabled=move || check.get() == Check::Running>"Check WebGPU now"</button>
        </p>
        <p role="status" data-engine-check>{words}</p>
        {parts}
    }
}

/// The largest difference of a part in words.
fn difference(largest: f32) -> String {
    if largest == 0.0 { "none".to_owned() } else { format!("{largest:.1e}") }
}

/// The check's findings.
#[component]
fn Parts(
    /// Part by part.
    parts: Vec<CheckedPart>,
) -> impl IntoView {
    let rows = parts.into_iter().map(|part| {
        let verdict = if part.passed { "passed" } else { "failed" };
        let id = part.name.clone();
        view! {
            <tr data-engine-part=id>
                <th scope="row">{part.name}</th>
                <td data-label="Largest difference">{difference(part.difference)}</td>
                <td data-label="Verdict">{verdict}</td>
            </tr>
        }
    });
    view! {
        <table class="stacked">
            <thead><tr><th scope="col">"Part"</th><th scope="col">"Largest difference from the CPU"</th><th scope="col">"Verdict"</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_to_the_bit_is_said_in_a_word() {
        assert_eq!(difference(0.0), "none");
        assert_eq!(difference(1.2e-7), "1.2e-7");
        assert_eq!(difference(f32::NAN), "NaN");
    }
}
