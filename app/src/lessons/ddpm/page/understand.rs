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
    widgets::{Clock, Figure, Formula, Term},
};

/// Seconds from the picture to noise.
const SECONDS: f64 = 9.0;

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
                <Term id="forward" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mi>"x"</mi><mo>"="</mo>
                        <msqrt><mover><mi>"α"</mi><mo>"¯"</mo></mover></msqrt><msub><mi>"x"</mi><mn>"0"</mn></msub><mo>"+"</mo>
                        <msqrt><mrow><mn>"1"</mn><mo>"−"</mo><mover><mi>"α"</mi><mo>"¯"</mo></mover></mrow></msqrt><mi>"ε"</mi>
                        <mo>","</mo><mspace width="1em" /><mi>"ε"</mi><mo>"∼"</mo><mi>"N"</mi><mo>"("</mo><mn>"0"</mn><mo>","</mo><mn>"1"</mn><mo>")"</mo>
                    </mrow>
                </Term>
            </Formula>
            <Formula label="What training makes small: the mean square of epsilon minus the noise that the network names in x at time t.">
                <Term id="loss" lit=lit.0 on_hover=hover>
                    <mrow>
                        <mi>"E"</mi><mo>"["</mo>
                        <msup>
                            <mrow><mo>"("</mo><mi>"ε"</mi><mo>"−"</mo><msub><mi>"ε"</mi><mi>"θ"</mi></msub><mo>"("</mo><mi>"x"</mi><mo>","</mo><mi>"t"</mi><mo>")"</mo><mo>")"</mo></mrow>
                            <mn>"2"</mn>
                        </msup>
                        <mo>"]"</mo>
                    </mrow>
                </Term>
            </Formula>
            <Formula label="A step back: the clean picture that is left without the named noise, under the smaller amount of noise of the next time; DDPM stirs in fresh noise of spread sigma.">
                <Term id="backward" lit=lit.0 on_hover=hover>
                    <mrow>
                        <msub><mover><mi>"x"</mi><mo>"^"</mo></mover><mn>"0"</mn></msub><mo>"="</mo>
                        <mfrac>
                            <mrow><mi>"x"</mi><mo>"−"</mo><msqrt><mrow><mn>"1"</mn><mo>"−"</mo><mover><mi>"α"</mi><mo>"¯"</mo></mover></mrow></msqrt><msub><mi>"ε"</mi><mi>"θ"</mi></msub></mrow>
                            <msqrt><mover><mi>"α"</mi><mo>"¯"</mo></mover></msqrt>
                        </mfrac>
                        <mspace width="2em" />
                        <mi>"x′"</mi><mo>"="</mo>
                        <msqrt><mover><mi>"α"</mi><mo>"¯"</mo></mover><mo>"′"</mo></msqrt><msub><mover><mi>"x"</mi><mo>"^"</mo></mover><mn>"0"</mn></msub><mo>"+"</mo>
                        <msqrt><mrow><mn>"1"</mn><mo>"−"</mo><mover><mi>"α"</mi><mo>"¯"</mo></mover><mo>"′"</mo><mo>"−"</mo><msup><mi>"σ"</mi><mn>"2"</mn></msup></mrow></msqrt><msub><mi>"ε"</mi><mi>"θ"</mi></msub><mo>"+"</mo><mi>"σ"</mi><mi>"z"</mi>
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
                        <mo>"∇"</mo><mi>"ln"</mi><mi>"q"</mi><mo>"("</mo><mi>"x"</mi><mo>")"</mo><mo>"≈"</mo><mo>"−"</mo>
                        <mfrac>
                            <mrow><msub><mi>"ε"</mi><mi>"θ"</mi></msub><mo>"("</mo><mi>"x"</mi><mo>","</mo><mi>"t"</mi><mo>")"</mo></mrow>
                            <msqrt><mrow><mn>"1"</mn><mo>"−"</mo><mover><mi>"α"</mi><mo>"¯"</mo></mover></mrow></msqrt>
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
                            picture=curves(session, Series::Loss, Series::ValidationLoss, "mean square of ε − ε̂")
                            empty="Press Train: the two curves begin at the first step."
                        >
                            <strong>"It falls fast and then hardly at all, while the points still get better."</strong>
                            " A mean square near 1 would be to say nothing. It cannot reach 0: from a point under much noise nobody can tell which noise it was."
                        </Figure>
                        <FieldError flow />
                    </div>
                </div>
            </div>
        </Stage>
    }
}
