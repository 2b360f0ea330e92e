//! Understand: noise comes by itself, and its way back is one question asked again and again.

use leptos::prelude::*;

use super::{
    field::{Field, FieldError, Flow, Numbers},
    forward::Forward,
    schedule::ScheduleEditor,
};
use crate::{
    lessons::ddpm::Ddpm,
    session::{Session, protocol::Series},
    site::{
        figures::curves,
        frame::{Stage, StageKind},
        parts::Lit,
    },
    widgets::{Brackets, Chart, Clock, Figure, Formula, Formulas, Given, Named, Term},
};

/// Seconds from the picture to noise.
const SECONDS: f64 = 9.0;
/// The training loss is drawn as means over so many steps: a single step's trembles more than it falls.
const EVERY: usize = 25;

/// Training and held-out loss.
fn loss(session: Session<Ddpm>) -> Signal<Option<Chart>> {
    let raw = curves(session, Series::Loss, Series::ValidationLoss, "mean square of ε − ε̂");
    Signal::derive(move || {
        let mut chart = raw.get()?;
        let training = &mut chart.series.first_mut()?.points;
        *training = means(training);
        Some(chart)
    })
}

/// The mean of every [`EVERY`] steps, at the last of them; of the newest only when all are there.
fn means(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let end = |point: &(f64, f64)| (point.0 / EVERY as f64).ceil() * EVERY as f64;
    let newest = points.last().map_or(0.0, |point| point.0);
    let groups = points.chunk_by(|one, other| end(one) == end(other));
    groups
        .filter_map(|points| {
            let (end, sum) = (end(points.first()?), points.iter().map(|point| point.1).sum::<f64>());
            (end <= newest || !sum.is_finite()).then_some((end, sum / points.len() as f64))
        })
        .collect()
}

/// The stage.
#[component]
pub fn Understand(
    /// The bench's session.
    session: Session<Ddpm>,
    /// The walk of its points.
    flow: Flow,
    /// The part that is lit.
    lit: Lit,
) -> impl IntoView {
    let hover = Callback::new(move |term: Option<&'static str>| lit.0.set(term));
    let clock = Clock::new(0.0, true, SECONDS);
    view! {
        <Stage kind=StageKind::Understand claim="Ruin is easy, and learning to undo a little of it is enough">
            <div class="wide"><Forward session clock /></div>
            <p>
                "Nobody can draw a shirt out of nothing in one stroke. But everybody can ruin a picture: add a little noise, then a little more, "
                "until only noise is left. A diffusion model walks that way back. It never has to invent a picture. At each step it is "
                "asked one modest question: which noise do you see in this? What it names is taken away in part, and it is asked again."
            </p>
            <p>
                "Why in part, and why so often? Looking at pure noise, the best guess of the picture is the mean of all pictures, a blur. A small step toward the blur "
                "rules a few pictures out. The next guess is a mean of those that are left, and so the guess sharpens with the picture. One "
                "large step would end in the first blur."
            </p>
            <p>
                "In a step of the ruin, noise takes the place of a share β of the variance. What all steps up to the time t leave of the picture’s own variance is ᾱ, "
                "and with it any amount of noise can be put on at once:"
            </p>
            <Formulas label="A step of the ruin: x at t, given x at t minus one, is drawn from the normal distribution with the mean root of one minus beta t times x at t minus one and the variance beta t. Alpha bar t is the product of one minus beta s over all steps s up to t.">
                <Term id="forward" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mi>"q"</mi><Brackets><At letter="x" time="t" /><Given /><Before /></Brackets><mo>"="</mo>
                        <mi>"N"</mi><Brackets><msqrt><mrow><mn>"1"</mn><mo>"−"</mo><At letter="β" time="t" /></mrow></msqrt><Before /><mo>","</mo><At letter="β" time="t" /><mi>"I"</mi></Brackets>
                    </mrow>
                </Term>
                <Term id="forward" lit=lit.0 on_hover=hover>
                    <mrow>
                        <Kept time="t" /><mo>"="</mo><munder><mo>"∏"</mo><mrow><mi>"s"</mi><mo>"≤"</mo><mi>"t"</mi></mrow></munder>
                        <Brackets><mn>"1"</mn><mo>"−"</mo><At letter="β" time="s" /></Brackets>
                    </mrow>
                </Term>
            </Formulas>
            <Formulas label="All steps at once: x at t equals the root of alpha bar t times x zero plus the root of one minus alpha bar t times epsilon, which is drawn from the standard normal distribution.">
                <Term id="forward" lit=lit.0 on_hover=hover>
                    <mrow>
                        <At letter="x" time="t" /><mo>"="</mo>
                        <msqrt><Kept time="t" /></msqrt><At letter="x" time="0" /><mo>"+"</mo><Spread time="t" /><mi>"ε"</mi><mo>","</mo>
                    </mrow>
                </Term>
                <mrow><mi>"ε"</mi><mo>"∼"</mo><mi>"N"</mi><Brackets><mn>"0"</mn><mo>","</mo><mi>"I"</mi></Brackets></mrow>
            </Formulas>
            <Formula label="The loss L, which training makes small: the mean square of epsilon minus the noise that the network names in x at time t.">
                <Term id="loss" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mi>"L"</mi><mo>"="</mo><mi>"E"</mi><Brackets pair="[]">
                        <msup>
                            <mrow><Brackets><mi>"ε"</mi><mo>"−"</mo><At letter="ε" time="θ" /><Brackets><At letter="x" time="t" /><mo>","</mo><mi>"t"</mi></Brackets></Brackets></mrow>
                            <mn>"2"</mn>
                        </msup>
                        </Brackets>
                    </mrow>
                </Term>
            </Formula>
            <p>
                "A step back goes from t to a time s with less noise. First the named noise is taken away altogether; that leaves x̂₀, the clean picture that the network sees. "
                "Then it is put under the noise of the time s. DDPM stirs in fresh noise z of the spread σ, DDIM none."
            </p>
            <Formula label="A step back, first: x zero hat, the clean picture that is left of x at t without the named noise.">
                <Term id="backward" lit=lit.0 on_hover=hover>
                    <mrow>
                        <Clean /><mo>"="</mo>
                        <mfrac>
                            <mrow><At letter="x" time="t" /><mo>"−"</mo><Spread time="t" /><At letter="ε" time="θ" /></mrow>
                            <msqrt><Kept time="t" /></msqrt>
                        </mfrac>
                    </mrow>
                </Term>
            </Formula>
            <Formula label="A step back, then: x at s is x zero hat under the smaller amount of noise of the time s, part of it named and part of it fresh, with the spread sigma t.">
                <Term id="backward" lit=lit.0 on_hover=hover>
                    <mrow>
                        <At letter="x" time="s" /><mo>"="</mo><msqrt><Kept time="s" /></msqrt><Clean /><mo>"+"</mo>
                        <msqrt><mrow><mn>"1"</mn><mo>"−"</mo><Kept time="s" /><mo>"−"</mo><Variance /></mrow></msqrt><At letter="ε" time="θ" /><mo>"+"</mo><At letter="σ" time="t" /><mi>"z"</mi>
                    </mrow>
                </Term>
            </Formula>
            <Formulas label="The square of sigma t is, by DDPM, one minus alpha bar s over one minus alpha bar t, times one minus alpha bar t over alpha bar s; by DDIM it is zero.">
                <Term id="backward" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mtext>"DDPM"</mtext><mo lspace="0em" rspace="0.4em">":"</mo><Variance /><mo>"="</mo>
                        <mfrac><mrow><mn>"1"</mn><mo>"−"</mo><Kept time="s" /></mrow><mrow><mn>"1"</mn><mo>"−"</mo><Kept time="t" /></mrow></mfrac>
                        <Brackets tall=true><mn>"1"</mn><mo>"−"</mo><mfrac><Kept time="t" /><Kept time="s" /></mfrac></Brackets>
                    </mrow>
                </Term>
                <Term id="backward" lit=lit.0 on_hover=hover>
                    <mrow><mtext>"DDIM"</mtext><mo lspace="0em" rspace="0.4em">":"</mo><Variance /><mo>"="</mo><mn>"0"</mn></mrow>
                </Term>
            </Formulas>
            <p>
                "A network that has learned with the class c and without can be asked both ways. Guidance starts from the answer about any class and goes w times the way to the one about c. "
                "With w = 0 the class is forgotten, with 1 the answer is the plain one, and beyond it the class is exaggerated."
            </p>
            <Formula label="Guidance: epsilon tilde, the noise that is taken away, is epsilon of any class plus w times the difference of epsilon of the class c and epsilon of any class.">
                <Term id="guidance" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mover accent="true"><mi>"ε"</mi><mo>"~"</mo></mover><mo>"="</mo><Any /><mo>"+"</mo><mi>"w"</mi>
                        <Brackets><At letter="ε" time="c" /><mo>"−"</mo><Any /></Brackets>
                    </mrow>
                </Term>
            </Formula>
            <p>
                "Sohl-Dickstein and others (2015) had the idea of a ruin by small steps and a learned way back; Ho, Jain and Abbeel (2020) let the network name the noise. "
                "DDIM is by Song, Meng and Ermon (2020). Guidance by one network that knows both answers is by Ho and Salimans (2022), whose weight is ours less 1."
            </p>
            <div class="wide"><ScheduleEditor session clock /></div>
            <p>
                "What is left of the picture, ᾱ, falls from 1 to almost 0 along a schedule, and the network is told the "
                "time, so that it knows how much noise to expect. The schedule decides where the steps fall: many are wasted where nothing can "
                "be seen yet, or nothing is left to do."
            </p>
            <p>
                "A point of the plane is the smallest picture there is: two numbers. The network below learns on them while you watch. To name the noise at every place is to know "
                "the way to the data from every place. That field of arrows is called the score, the slope of the logarithm of the density."
            </p>
            <Formula label="The slope of the logarithm of the density at x at time t is close to minus epsilon theta over the root of one minus alpha bar t.">
                <Term id="score" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mo>"∇"</mo><Named word="ln" /><mi>"q"</mi><Brackets><At letter="x" time="t" /></Brackets><mo>"≈"</mo><mo>"−"</mo>
                        <mfrac>
                            <mrow><At letter="ε" time="θ" /><Brackets><At letter="x" time="t" /><mo>","</mo><mi>"t"</mi></Brackets></mrow>
                            <Spread time="t" />
                        </mfrac>
                    </mrow>
                </Term>
            </Formula>
            <div class="wide">
                <div class="pair">
                    <div class="stack"><Field flow /><Numbers flow /></div>
                    <div class="stack">
                        <Figure
                            id="curves"
                            technique="learning-curves"
                            title="Loss"
                            picture=loss(session)
                            empty="Press Train: the two curves begin at the first step."
                        >
                            <strong>"It falls fast and then hardly at all, while the points still get better."</strong>
                            " A mean square of 1 would be to say nothing, and 0 cannot be reached: nobody can tell the noise of a point from the point. Each step asks other questions, so the blue line shows means of "
                            {EVERY}" steps; the held-out questions are always the same."
                        </Figure>
                        <FieldError flow />
                    </div>
                </div>
            </div>
        </Stage>
    }
}

/// A letter at a time, or with another index.
#[component]
fn At(letter: &'static str, time: &'static str) -> impl IntoView {
    view! { <msub><mi>{letter}</mi><mi>{time}</mi></msub> }
}

/// What is left of the picture's variance at a time.
#[component]
fn Kept(time: &'static str) -> impl IntoView {
    view! { <msub><mover accent="true"><mi>"α"</mi><mo>"¯"</mo></mover><mi>{time}</mi></msub> }
}

/// The spread of the noise at a time.
#[component]
fn Spread(time: &'static str) -> impl IntoView {
    view! { <msqrt><mrow><mn>"1"</mn><mo>"−"</mo><Kept time /></mrow></msqrt> }
}

/// The variance of the fresh noise.
#[component]
fn Variance() -> impl IntoView {
    view! { <msubsup><mi>"σ"</mi><mi>"t"</mi><mn>"2"</mn></msubsup> }
}

/// The picture a step of the ruin before.
#[component]
fn Before() -> impl IntoView {
    view! { <msub><mi>"x"</mi><mrow><mi>"t"</mi><mo>"−"</mo><mn>"1"</mn></mrow></msub> }
}

/// The clean picture that the network sees.
#[component]
fn Clean() -> impl IntoView {
    view! { <msub><mover accent="true"><mi>"x"</mi><mo>"^"</mo></mover><mn>"0"</mn></msub> }
}

/// The noise that it names when no class is told.
#[component]
fn Any() -> impl IntoView {
    view! { <msub><mi>"ε"</mi><mtext>"any"</mtext></msub> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_is_drawn_as_means() {
        let points: Vec<(f64, f64)> = (1..=60).map(|step| (f64::from(step), f64::from(step % 2))).collect();
        assert_eq!(means(&points), [(25.0, 13.0 / 25.0), (50.0, 12.0 / 25.0)]);
        assert!(means(&[]).is_empty() && means(&points[..24]).is_empty());
        let broken = means(&[(1.0, 1.0), (2.0, f64::NAN)]);
        assert!(broken.len() == 1 && broken[0].1.is_nan());
    }
}
