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
    widgets::{Beside, Brackets, Chart, Clock, Figure, Formula, Named, Term},
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
            <Formula label="x equals the root of alpha bar times x zero plus the root of one minus alpha bar times epsilon, which is drawn from the standard normal distribution.">
                <Beside>
                    <Term id="forward" lit=lit.0 on_hover=hover>
                        <mrow>
                            <mi>"x"</mi><mo>"="</mo>
                            <msqrt><mover accent="true"><mi>"α"</mi><mo>"¯"</mo></mover></msqrt><msub><mi>"x"</mi><mn>"0"</mn></msub><mo>"+"</mo>
                            <msqrt><mrow><mn>"1"</mn><mo>"−"</mo><mover accent="true"><mi>"α"</mi><mo>"¯"</mo></mover></mrow></msqrt><mi>"ε"</mi><mo>","</mo>
                        </mrow>
                    </Term>
                    <mrow><mi>"ε"</mi><mo>"∼"</mo><mi>"N"</mi><Brackets><mn>"0"</mn><mo>","</mo><mn>"1"</mn></Brackets></mrow>
                </Beside>
            </Formula>
            <Formula label="What training makes small: the mean square of epsilon minus the noise that the network names in x at time t.">
                <Term id="loss" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mi>"E"</mi><Brackets pair="[]">
                        <msup>
                            <mrow><Brackets><mi>"ε"</mi><mo>"−"</mo><msub><mi>"ε"</mi><mi>"θ"</mi></msub><Brackets><mi>"x"</mi><mo>","</mo><mi>"t"</mi></Brackets></Brackets></mrow>
                            <mn>"2"</mn>
                        </msup>
                        </Brackets>
                    </mrow>
                </Term>
            </Formula>
            <Formula label="A step back, first: x zero hat, the clean picture that is left of x without the named noise.">
                <Term id="backward" lit=lit.0 on_hover=hover>
                    <mrow>
                        <msub><mover accent="true"><mi>"x"</mi><mo>"^"</mo></mover><mn>"0"</mn></msub><mo>"="</mo>
                        <mfrac>
                            <mrow><mi>"x"</mi><mo>"−"</mo><msqrt><mrow><mn>"1"</mn><mo>"−"</mo><mover accent="true"><mi>"α"</mi><mo>"¯"</mo></mover></mrow></msqrt><msub><mi>"ε"</mi><mi>"θ"</mi></msub></mrow>
                            <msqrt><mover accent="true"><mi>"α"</mi><mo>"¯"</mo></mover></msqrt>
                        </mfrac>
                    </mrow>
                </Term>
            </Formula>
            <Formula label="A step back, then: x zero hat under the smaller amount of noise of the next time; DDPM stirs in fresh noise of spread sigma.">
                <Term id="backward" lit=lit.0 on_hover=hover>
                    <mrow>
                        <msup><mi>"x"</mi><mo>"′"</mo></msup><mo>"="</mo>
                        <msqrt><msup><mover accent="true"><mi>"α"</mi><mo>"¯"</mo></mover><mo>"′"</mo></msup></msqrt><msub><mover accent="true"><mi>"x"</mi><mo>"^"</mo></mover><mn>"0"</mn></msub><mo>"+"</mo>
                        <msqrt><mrow><mn>"1"</mn><mo>"−"</mo><msup><mover accent="true"><mi>"α"</mi><mo>"¯"</mo></mover><mo>"′"</mo></msup><mo>"−"</mo><msup><mi>"σ"</mi><mn>"2"</mn></msup></mrow></msqrt><msub><mi>"ε"</mi><mi>"θ"</mi></msub><mo>"+"</mo><mi>"σ"</mi><mi>"z"</mi>
                    </mrow>
                </Term>
            </Formula>
            <div class="wide"><ScheduleEditor session clock /></div>
            <p>
                "The letter ᾱ says how much of the picture’s variance is left. It falls from 1 to almost 0 along a schedule, and the network is told the "
                "time, so that it knows how much noise to expect. The schedule decides where the steps fall: many are wasted where nothing can "
                "be seen yet, or nothing is left to do."
            </p>
            <p>
                "A point of the plane is the smallest picture there is: two numbers. The network below learns on them while you watch. To name the noise at every place is to know "
                "the way to the data from every place. That field of arrows is called the score, the slope of the logarithm of the density."
            </p>
            <Formula label="The slope of the logarithm of the density at x is minus epsilon theta over the root of one minus alpha bar.">
                <Term id="score" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mo>"∇"</mo><Named word="ln" /><mi>"q"</mi><Brackets><mi>"x"</mi></Brackets><mo>"≈"</mo><mo>"−"</mo>
                        <mfrac>
                            <mrow><msub><mi>"ε"</mi><mi>"θ"</mi></msub><Brackets><mi>"x"</mi><mo>","</mo><mi>"t"</mi></Brackets></mrow>
                            <msqrt><mrow><mn>"1"</mn><mo>"−"</mo><mover accent="true"><mi>"α"</mi><mo>"¯"</mo></mover></mrow></msqrt>
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
