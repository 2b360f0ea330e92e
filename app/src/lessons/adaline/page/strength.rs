//! Demonstrate strength: it beats the perceptron's luck with a rule, and theory says which rate is too large.

use leptos::prelude::*;

use super::{Twins, figures, limit::Limit, sets::Sets};
use crate::{
    lessons::{
        adaline::Settings,
        linear::{Answer, Data, Inputs, page::beside},
    },
    session::Action,
    site::{
        experiment::{Experiment, Progress, run_to_stop},
        frame::{Stage, StageKind},
    },
    widgets::Figure,
};

/// Passes over the flowers or digits that both units get.
const PASSES: u32 = 20;
/// Training examples: seven tenths of the flowers, and about the zeros and ones among the first digits.
const FLOWERS: u32 = 70;
const DIGITS: u32 = 400;

/// The third stage.
#[component]
pub fn Strength(
    /// ADALINE and the perceptron.
    twins: Twins,
) -> impl IntoView {
    let [iris, digits] = [(); 2].map(|()| RwSignal::new(Progress::default()));
    // Both in full view, on the same examples.
    let compare = move |data: Data, examples: u32, progress: RwSignal<Progress>| {
        let inputs = Inputs { data, measures: None, ..twins.inputs() };
        let stop = PASSES * examples;
        twins.restart(Settings { inputs, stop, ..Settings::default() }, PASSES);
        twins.adaline.bench.act(Action::Speed(0.0));
        run_to_stop(twins.benches(), stop.into(), progress, move || comparison(twins));
    };
    let run_iris = Callback::new(move |()| compare(Data::Iris, FLOWERS, iris));
    let run_digits = Callback::new(move |()| compare(Data::Digits, DIGITS, digits));
    let rocs = figures::both_rocs(twins);
    view! {
        <Stage kind=StageKind::Strength claim="Theory says how fast it may learn">
            <p>
                "The perceptron’s last line is a matter of luck: it hangs on the points that came last. ADALINE’s line depends on all points. "
                "Where the classes overlap, that tells."
            </p>
            <Sets twins />
            <p>
                "Both also rank: the farther a point lies from the line, the surer the answer. The area under the ROC curve measures that. "
                "On data with a wide gap there is nothing to win by it."
            </p>
            <Experiment
                id="iris"
                label="Two irises"
                about="All four measures of setosa and versicolor. Both units look at the same flowers, 20 times. Compare how near each line passes to the flowers."
                progress=iris
                shows=move || view! {
                    <div class="grid">
                        {beside(twins.adaline, "boundary-iris", "ADALINE")}
                        {beside(twins.perceptron, "twin-iris", "Perceptron")}
                        <Figure id="roc-iris" technique="roc-pr" title="ROC of both" picture=rocs />
                    </div>
                }
                on_run=run_iris
            />
            <Experiment
                id="digits"
                label="Zero against one"
                about="784 pixels. Compare the two pictures of weights, and the areas under the curves."
                progress=digits
                shows=move || view! {
                    <div class="pair">
                        <Figure id="weights-digits" technique="first-layer-filters" title="The weights of both" picture=figures::both_weights(twins)
                            empty="The pictures come with the digits."
                        >
                            <strong>"Look for the ring of a zero in blue and the stroke of a one in orange."</strong>
                            " The perceptron’s picture is a sum of the few digits that it called wrongly; every digit has a share in ADALINE’s, as large as its errors."
                        </Figure>
                        <Figure id="roc-digits" technique="roc-pr" title="ROC of both" picture=rocs />
                    </div>
                }
                on_run=run_digits
            />
            <p>"ADALINE has a rate, and the bowl says how large it may be: 2 / λmax, where λmax is how sharply the bowl bends where it bends most."</p>
            <Limit twins />
        </Stage>
    }
}

/// What both say of the held-out examples.
fn comparison(twins: Twins) -> String {
    let (Some(adaline), Some(perceptron)) = (twins.adaline.snapshot.get(), twins.perceptron.snapshot.get()) else {
        return String::new();
    };
    let says = |answer: &Answer| format!("{:.4} ({} of {} right)", answer.auc, answer.right(), answer.judged.0);
    let (one, other) = (&adaline.answer, &perceptron.answer);
    format!(
        "Area under the ROC curve on held-out examples: ADALINE {}, perceptron {}.{}",
        says(one),
        says(other),
        tie(one.auc, other.auc),
    )
}

/// What two equal areas mean.
fn tie(one: f64, other: f64) -> &'static str {
    match ((one - other).abs() < 5e-5, one.min(other) > 0.99995) {
        (true, true) => " They tie: both rank every orange example above every blue one, so easy is it here.",
        (true, false) => " They tie.",
        (false, _) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_is_called_one() {
        assert!(tie(1.0, 1.0).starts_with(" They tie: both"));
        assert_eq!((tie(0.9, 0.90001), tie(1.0, 0.99)), (" They tie.", ""));
    }
}
